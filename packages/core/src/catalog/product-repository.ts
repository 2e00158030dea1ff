import { and, desc, eq, isNull } from 'drizzle-orm';
import { anyOf, uuids, insertionUnless, selection, update, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { Product } from './product.ts';
import { products } from './tables.ts';

export type ProductFilter = { sku?: string | undefined; includeArchived?: boolean | undefined };

/** The products with these ids, by id. */
export async function readProducts(reader: Reader, ids: Iterable<string>): Promise<Map<string, Product>> {
  const rows = await reader.select().from(products).where(anyOf(products.id, ids));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The id of the product with this SKU. */
export async function findProductId(reader: Reader, sku: string): Promise<string | undefined> {
  const [row] = await reader.select({ id: products.id }).from(products).where(eq(products.sku, sku));
  return row?.id;
}

/** Products, the newest first. */
export async function listProducts(
  reader: Reader,
  { sku, includeArchived }: ProductFilter,
  { cursor, limit }: PageRequest,
): Promise<Product[]> {
  return reader
    .select()
    .from(products)
    .where(
      and(
        matches(products.sku, sku),
        includeArchived ? undefined : isNull(products.archivedAt),
        after(products.id, cursor),
      ),
    )
    .orderBy(desc(products.id))
    .limit(limit);
}

const selectProducts = selection('products_by_id', products, 'where t."id" = any($1::uuid[])');

/** The products with these ids, by id, in a transaction that has locked their stock. */
export async function loadProducts(tx: Transaction, ids: Iterable<string>): Promise<Map<string, Product>> {
  const rows = await selectProducts(tx, [uuids(ids)]);
  return new Map(rows.map((row) => [row.id, row]));
}

const insertFree = insertionUnless(products, '("sku")');

/** Inserts the products whose sku is free. Returns their ids. */
export async function insertProducts(tx: Transaction, rows: readonly Product[]): Promise<Set<string>> {
  // Sorted: two transactions that insert two equal skus in opposite order would deadlock.
  const sorted = [...rows].sort((a, b) => (a.sku < b.sku ? -1 : 1));
  return insertFree(tx, sorted);
}

export const updateProducts = update(products, 'id', ['name', 'priceAmount', 'archivedAt', 'version', 'updatedAt']);
