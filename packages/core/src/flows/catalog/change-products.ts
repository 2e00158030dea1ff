import type { Product } from '../../catalog/product.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, type Outcome } from '../../errors.ts';
import type { LockedProduct } from '../../unit-of-work/locked-product.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateProduct } from './locate-product.ts';

/** A change of one product. `priceAmount` is in minor units. */
export type ChangeProductCommand =
  | { change: 'rename'; productId: string; name: string }
  | { change: 'reprice'; productId: string; priceAmount: number }
  | { change: 'archive'; productId: string };

/**
 * Renames, reprices and archives products. Placed orders keep their copy of name and price. An order that waits for the
 * same stock row sees the change. A change to the present value records no event.
 * @returns the product · refusals: product_not_found
 */
export async function changeProducts(
  tx: Transaction,
  commands: readonly ChangeProductCommand[],
): Promise<Outcome<Product>[]> {
  const work = await UnitOfWork.lockProducts(
    tx,
    commands.map(({ productId }) => productId),
  );
  const outcomes = commands.map((command): Outcome<Product> => {
    const located = locateProduct(work, command);
    if (!located.ok) return located;
    change(located.value, command);
    return accepted(located.value.row);
  });
  work.write();
  return outcomes;
}

function change(product: LockedProduct, command: ChangeProductCommand): void {
  const { name, priceAmount, currency, archivedAt } = product.row;
  switch (command.change) {
    case 'rename':
      if (command.name === name) return;
      return product.change({ name: command.name }, 'product.renamed', { from: name, name: command.name });
    case 'reprice': {
      if (command.priceAmount === priceAmount) return;
      const repriced = { priceAmount: command.priceAmount };
      return product.change(repriced, 'product.repriced', { from: priceAmount, ...repriced, currency });
    }
    case 'archive':
      if (archivedAt === null) product.archive();
  }
}
