import { isDeepStrictEqual } from 'node:util';
import { readProductDetails, writeProductDetails } from '../../catalog/product-details-repository.ts';
import { noDetails, type Product, type ProductDetails } from '../../catalog/product.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, type Outcome } from '../../errors.ts';
import type { LockedProduct } from '../../unit-of-work/locked-product.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateProduct } from './locate-product.ts';

/** A change of one product. `priceAmount` is in minor units. Of an update, what is undefined stays. */
export type ChangeProductCommand =
  | { change: 'rename'; productId: string; name: string }
  | { change: 'reprice'; productId: string; priceAmount: number }
  | ({ change: 'update'; productId: string } & { [F in keyof ProductDetails]?: ProductDetails[F] | undefined })
  | { change: 'archive'; productId: string };

const detailFields = ['description', 'imageUrl', 'metadata'] as const;

/**
 * Renames, reprices, updates and archives products. Placed orders keep their copy of name and price. An order that
 * waits for the same stock row sees the change. A change to the present value records no event.
 * @returns the product · refusals: product_not_found
 */
export async function changeProducts(
  tx: Transaction,
  commands: readonly ChangeProductCommand[],
): Promise<Outcome<Product & ProductDetails>[]> {
  const productIds = commands.map(({ productId }) => productId);
  const work = await UnitOfWork.lockProducts(tx, productIds);
  const details = await readProductDetails(tx.db, productIds);
  const changed = new Map<string, Product & ProductDetails>();
  const outcomes = commands.map((command): Outcome<Product & ProductDetails> => {
    const located = locateProduct(work, command);
    if (!located.ok) return located;
    const product = located.value;
    const { id, name } = product.row;
    const known = details.get(id) ?? noDetails;
    const updated = command.change === 'update' ? update(product, known, command) : known;
    if (command.change !== 'update') change(product, command);
    details.set(id, updated);
    const whole = { ...product.row, ...updated };
    if (updated !== known || whole.name !== name) changed.set(id, whole);
    return accepted(whole);
  });
  work.write();
  writeProductDetails(tx, [...changed.values()]);
  return outcomes;
}

/**
 * The details that are given and differ from the known ones. PostgreSQL keeps the keys of JSON in an order of its own.
 */
export const changedDetails = (known: ProductDetails, given: Partial<ProductDetails>): (keyof ProductDetails)[] =>
  detailFields.filter((field) => given[field] !== undefined && !isDeepStrictEqual(given[field], known[field]));

/** Records what differs from the known details. Returns the new ones. */
function update(
  product: LockedProduct,
  known: ProductDetails,
  command: ChangeProductCommand & { change: 'update' },
): ProductDetails {
  const changed = changedDetails(known, command);
  if (changed.length === 0) return known;
  product.change({}, 'product.updated', { changed });
  return { ...known, ...Object.fromEntries(changed.map((field) => [field, command[field]])) };
}

function change(product: LockedProduct, command: Exclude<ChangeProductCommand, { change: 'update' }>): void {
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
