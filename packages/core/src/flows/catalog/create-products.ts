import type { CreateProduct } from '../../catalog/product-input.ts';
import { writeProductDetails } from '../../catalog/product-details-repository.ts';
import type { Product, ProductDetails } from '../../catalog/product.ts';
import { insertProducts } from '../../catalog/product-repository.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { newEvent } from '../../events/event.ts';
import type { EventPayloads } from '../../events/payloads.ts';
import { insertEvents } from '../../events/event-repository.ts';
import { insertStocks } from '../../inventory/stock-repository.ts';

/** A product to create. The caller makes `id` before the transaction. */
export type CreateProductCommand = CreateProduct & { id: string };

/**
 * Creates products with nothing in stock.
 * @returns the product · refusals: sku_taken (also by an archived product, or by an earlier command)
 */
export async function createProducts(
  tx: Transaction,
  commands: readonly CreateProductCommand[],
): Promise<Outcome<Product & ProductDetails>[]> {
  await tx.began;
  const rows = commands.map((command) => ({ ...newProduct(command, tx.now), ...detailsOf(command) }));
  const inserted = await insertProducts(tx, rows);
  const created = rows.filter(({ id }) => inserted.has(id));
  writeProductDetails(tx, created);
  insertStocks(
    tx,
    created.map(({ id }) => ({ productId: id, availableQty: 0, reservedQty: 0, unshippedQty: 0 })),
  );
  insertEvents(
    tx,
    created.map(({ id, version, sku, name, priceAmount, currency }) => {
      const payload: EventPayloads['product.created'] = { productId: id, sku, name, priceAmount, currency };
      return newEvent({ aggregatetype: 'product', aggregateid: id, version, type: 'product.created', payload }, tx);
    }),
  );
  return rows.map((product) =>
    inserted.has(product.id)
      ? accepted(product)
      : refused(new CommerceError('sku_taken', 'another product has this sku')),
  );
}

const newProduct = ({ id, sku, name, priceAmount, currency }: CreateProductCommand, now: Date): Product => ({
  id,
  sku,
  name,
  priceAmount,
  currency,
  archivedAt: null,
  version: 1,
  createdAt: now,
  updatedAt: now,
});

const detailsOf = ({ description, imageUrl, metadata }: CreateProductCommand): ProductDetails => ({
  description: description ?? null,
  imageUrl: imageUrl ?? null,
  metadata: metadata ?? null,
});
