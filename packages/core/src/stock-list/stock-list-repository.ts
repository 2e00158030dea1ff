import { and, eq, isNull, lte, sql, type SQL } from 'drizzle-orm';
import { anyOf } from '@commerce-core/pg-pipeline';
import { isFoundAtEach, isFoundBy } from '../catalog/product-repository.ts';
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

const listed = (
  reader: Reader,
  sort: StockSort,
  { maxSellableQty }: Pick<StockFilter, 'maxSellableQty'>,
  condition: SQL | undefined,
) => {
  const { productId, availableQty, reservedQty, unshippedQty } = stocks;
  const { sku, name, archivedAt } = products;
  return reader
    .select({ productId, sku, name, archivedAt, availableQty, reservedQty, unshippedQty })
    .from(products)
    .innerJoin(stocks, eq(stocks.productId, products.id))
    .where(and(condition, maxSellableQty === undefined ? undefined : lte(sellable, maxSellableQty)))
    .orderBy(...inOrder(sorts[sort]));
};

/** Stocks of products in the order of a sort. */
export async function listStocks(
  reader: Reader,
  { q, includeArchived, sort, ...filter }: StockFilter,
  { after, limit }: KeysetRequest,
): Promise<ListedStock[]> {
  const archived = includeArchived ? undefined : isNull(products.archivedAt);
  return listed(reader, sort, filter, and(archived, isFoundBy(q), isBehind(sorts[sort], after))).limit(limit);
}

const windowSize = 5_000;

/**
 * Those of the next 5,000 stocks by SKU that match, and where the stocks behind them begin; `end` is undefined behind
 * the last one.
 */
export async function listStocksOfWindow(
  reader: Reader,
  { q, includeArchived, sort, ...filter }: StockFilter,
  after: SortKey | undefined,
): Promise<{ items: ListedStock[]; end: SortKey | undefined }> {
  const next = await reader
    .select({ id: products.id, sku: products.sku })
    .from(products)
    .where(and(includeArchived ? undefined : isNull(products.archivedAt), isBehind(sorts[sort], after)))
    .orderBy(...inOrder(sorts[sort]))
    .limit(windowSize);
  const ids = next.map(({ id }) => id);
  const last = next.at(windowSize - 1);
  return {
    items: await listed(reader, sort, filter, and(anyOf(products.id, ids), isFoundAtEach(q))),
    end: last && [last.sku],
  };
}
