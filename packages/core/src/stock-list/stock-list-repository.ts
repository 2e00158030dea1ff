import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import { isFoundBy } from '../catalog/product-repository.ts';
import { products } from '../catalog/tables.ts';
import { inOrder, isBehind, type KeysetRequest, type KeysetSort, type SortKey } from '../database/keyset.ts';
import type { Reader } from '../database/page.ts';
import type { StockFilter, StockSort } from '../inventory/stock-input.ts';
import type { Stock } from '../inventory/stock.ts';
import { stocks } from '../inventory/tables.ts';

/** A product's stock with its name. */
export type ListedStock = Stock & { sku: string; name: string; archivedAt: Date | null };

// No index has the quantities: it would cost each order of a hot product more than a list that reads all rows saves.
const sellable = sql`(${stocks.availableQty} - ${stocks.reservedQty})`;
const bySku = { by: [sql`${products.sku}`], types: ['text'] };
const bySellable = { by: [sellable, sql`${products.id}`], types: ['int', 'uuid'] };

const sorts: Record<StockSort, KeysetSort> = {
  sku: { ...bySku, descending: false },
  '-sku': { ...bySku, descending: true },
  sellableQty: { ...bySellable, descending: false },
  '-sellableQty': { ...bySellable, descending: true },
};

/** The values that a stock is sorted by. */
export const stockKey = (
  { sku, availableQty, reservedQty, productId }: ListedStock,
  { sort }: Pick<StockFilter, 'sort'>,
): SortKey => (sort.endsWith('sku') ? [sku] : [availableQty - reservedQty, productId]);

/** Stocks of products in the order of a sort. */
export async function listStocks(
  reader: Reader,
  { q, maxSellableQty, includeArchived, sort }: StockFilter,
  { after, limit }: KeysetRequest,
): Promise<ListedStock[]> {
  const { productId, availableQty, reservedQty, unshippedQty } = stocks;
  const { sku, name, archivedAt } = products;
  return reader
    .select({ productId, sku, name, archivedAt, availableQty, reservedQty, unshippedQty })
    .from(products)
    .innerJoin(stocks, eq(stocks.productId, products.id))
    .where(
      and(
        includeArchived ? undefined : isNull(archivedAt),
        isFoundBy(q),
        maxSellableQty === undefined ? undefined : lte(sellable, maxSellableQty),
        isBehind(sorts[sort], after),
      ),
    )
    .orderBy(...inOrder(sorts[sort]))
    .limit(limit);
}
