import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import { anyOf, uuids, insertionUnless, selection, update, type Transaction } from '@commerce-core/pg-pipeline';
import { inOrder, isBehind, type KeysetRequest, type KeysetSort, type SortKey } from '../database/keyset.ts';
import { matches } from '../database/list-conditions.ts';
import type { Reader } from '../database/page.ts';
import { searchQuery } from '../search-words.ts';
import type { ProductFilter, ProductSort } from './product-input.ts';
import type { Product } from './product.ts';
import { productDetails, products } from './tables.ts';

/** The products with these ids, by id. */
export async function readProducts(reader: Reader, ids: Iterable<string>): Promise<Map<string, Product>> {
  const rows = await reader.select().from(products).where(anyOf(products.id, ids));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The products with these SKUs, by SKU; archived ones, too. */
export async function readProductsBySku(reader: Reader, skus: Iterable<string>): Promise<Map<string, Product>> {
  const rows = await reader.select().from(products).where(anyOf(products.sku, skus));
  return new Map(rows.map((row) => [row.sku, row]));
}

/** The id of the product with this SKU. */
export async function findProductId(reader: Reader, sku: string): Promise<string | undefined> {
  const [row] = await reader.select({ id: products.id }).from(products).where(eq(products.sku, sku));
  return row?.id;
}

// Ids are in the order of creation.
const sorts: Record<string, Pick<KeysetSort, 'by' | 'types'>> = {
  createdAt: { by: [sql`${products.id}`], types: ['uuid'] },
  sku: { by: [sql`${products.sku}`], types: ['text'] },
  name: { by: [sql`${products.name}`, sql`${products.id}`], types: ['text', 'uuid'] },
  priceAmount: { by: [sql`${products.priceAmount}`, sql`${products.id}`], types: ['bigint', 'uuid'] },
};

const sortOf = (sort: ProductSort): KeysetSort => {
  const descending = sort.startsWith('-');
  const { by, types } = sorts[descending ? sort.slice(1) : sort] ?? { by: [], types: [] };
  return { by, types, descending };
};

/** The values that a product is sorted by. */
export function productKey(
  { id, sku, name, priceAmount }: Pick<Product, 'id' | 'sku' | 'name' | 'priceAmount'>,
  { sort }: Pick<ProductFilter, 'sort'>,
): SortKey {
  if (sort.endsWith('createdAt')) return [id];
  if (sort.endsWith('sku')) return [sku];
  return [sort.endsWith('name') ? name : priceAmount, id];
}

/** SQL for whether a product is found by a text; no condition without one. The words are looked up first. */
export const isFoundBy = (q: string | undefined): SQL | undefined =>
  q === undefined
    ? undefined
    : sql`${products.id} in (select ${productDetails.productId} from ${productDetails}
        where ${productDetails.words} @@ ${searchQuery(q)}::tsquery offset 0)`;

/** As `isFoundBy`, for one product after the other: for a query that has chosen its products. */
export const isFoundAtEach = (q: string | undefined): SQL | undefined =>
  q === undefined
    ? undefined
    : sql`exists (select from ${productDetails} where ${productDetails.productId} = ${products.id}
        and ${productDetails.words} @@ ${searchQuery(q)}::tsquery offset 0)`;

/** Products in the order of a sort. */
export async function listProducts(
  reader: Reader,
  { sku, includeArchived, q, sort }: ProductFilter,
  { after, limit }: KeysetRequest,
): Promise<Product[]> {
  const sorted = sortOf(sort);
  return reader
    .select()
    .from(products)
    .where(
      and(
        matches(products.sku, sku),
        includeArchived ? undefined : isNull(products.archivedAt),
        isFoundBy(q),
        isBehind(sorted, after),
      ),
    )
    .orderBy(...inOrder(sorted))
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
