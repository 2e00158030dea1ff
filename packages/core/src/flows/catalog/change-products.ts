import type { Product } from '../../catalog/product.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { ProductUnitOfWork, type LockedProduct } from '../../unit-of-work/locked-product.ts';

export type ChangeProductCommand =
  | { change: 'rename'; productId: string; name: string }
  | { change: 'reprice'; productId: string; priceAmount: number }
  | { change: 'archive'; productId: string };

/**
 * Renames, re-prices and archives products. Orders that are placed already keep their snapshot; an order that waits for
 * the same stock sees the change. What is as asked already stays as it is. Refusals: product_not_found.
 */
export async function changeProducts(
  tx: Transaction,
  commands: readonly ChangeProductCommand[],
): Promise<Outcome<Product>[]> {
  const work = await ProductUnitOfWork.lock(
    tx,
    commands.map(({ productId }) => productId),
  );
  const outcomes = commands.map((command): Outcome<Product> => {
    const unit = work.units.get(command.productId);
    if (!unit)
      return refused(new CommerceError('product_not_found', 'no such product', { productIds: [command.productId] }));
    change(work, unit, command);
    return accepted(unit.product);
  });
  work.write(tx);
  return outcomes;
}

function change(work: ProductUnitOfWork, unit: LockedProduct, command: ChangeProductCommand): void {
  const { product } = unit;
  switch (command.change) {
    case 'rename':
      if (product.name === command.name) return;
      return work.change(unit, { name: command.name }, 'product.renamed', { from: product.name, name: command.name });
    case 'reprice': {
      const { priceAmount } = command;
      if (product.priceAmount === priceAmount) return;
      return work.change(unit, { priceAmount }, 'product.repriced', {
        from: product.priceAmount,
        priceAmount,
        currency: product.currency,
      });
    }
    case 'archive':
      if (product.archivedAt) return;
      return work.change(unit, { archivedAt: work.now }, 'product.archived', {});
  }
}
