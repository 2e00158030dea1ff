import { and, desc, eq } from 'drizzle-orm';
import {
  anyOf,
  uuids,
  readLockedRows,
  insertion,
  selection,
  update,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import { after } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import type { MovementKind, Stock } from './stock.ts';
import { stockMovements, stocks } from './tables.ts';

export type StockMovement = {
  id: string;
  productId: string;
  kind: MovementKind;
  quantity: number;
  causeId: string;
  reason: string | null;
  createdAt: Date;
};

const lockedByProduct = selection(
  'lock_stocks',
  stocks,
  'where t."product_id" = any($1::uuid[]) order by t."product_id" for update',
);

/** Locks stock rows in ascending product order, so that no two transactions deadlock. */
export async function lockStocks(tx: Transaction, productIds: Iterable<string>): Promise<Map<string, Stock>> {
  const ids = [...new Set(productIds)];
  if (ids.length === 0) return new Map();
  const rows = await lockedByProduct(tx, [uuids(ids)]);
  return new Map(rows.map((row) => [row.productId, row]));
}

/** The stocks of these products, by product. */
export async function readStocks(reader: Reader, productIds: Iterable<string>): Promise<Map<string, Stock>> {
  const rows = await reader.select().from(stocks).where(anyOf(stocks.productId, productIds));
  return new Map(rows.map((row) => [row.productId, row]));
}

// An order's status is read after its lock, so it is the latest.
const lockedByAll = selection(
  'lock_stocks_of_orders',
  stocks,
  `
  where t."product_id" = any($3::uuid[]
    || array(select "product_id" from "commerce"."order_lines" where "order_id" ${isNamedOrder})
    || array(select l."product_id" from "commerce"."orders" o join "commerce"."order_lines" l on l."order_id" = o."id"
      where o."id" = any($4::uuid[]) and (o."reservation_status" = 'RELEASED' or o."total_amount" = 0)))
  order by t."product_id" for update`,
);

/** Whose stock rows to lock: those of products, of all products in orders, and of orders that are attempted to pay. */
export type StockNames = OrderNames & { productIds?: readonly string[]; ifAttempted?: readonly string[] };

/**
 * Locks stock rows in ascending product order, by product and by orders that are locked. The orders in `ifAttempted`
 * count if an attempt to pay changes their stock: their reservation was released, or they are free.
 */
export async function lockNamedStocks(tx: Transaction, named: StockNames): Promise<Map<string, Stock>> {
  const { orderIds = [], paymentIds = [], productIds = [], ifAttempted = [] } = named;
  if (orderIds.length + paymentIds.length + ifAttempted.length === 0) return lockStocks(tx, productIds);
  const rows = await lockedByAll(tx, [...parametersOf(named), uuids(productIds), uuids(ifAttempted)]);
  return new Map(rows.map((row) => [row.productId, row]));
}

/** The products among these whose stock rows are locked at this moment, each with its lock holder. */
export const readLockedStocks = async (reader: Reader, productIds: Iterable<string>): Promise<Map<string, string>> =>
  readLockedRows(reader, stocks.productId, productIds);

export const insertStocks = insertion(stocks);
export const updateStocks = update(stocks, 'productId', ['availableQty', 'reservedQty', 'unshippedQty']);
export const insertStockMovements = insertion(stockMovements);

/** Movements of one product, the newest first. */
export async function listStockMovements(
  reader: Reader,
  { productId }: { productId: string },
  { cursor, limit }: PageRequest,
): Promise<StockMovement[]> {
  return reader
    .select()
    .from(stockMovements)
    .where(and(eq(stockMovements.productId, productId), after(stockMovements.id, cursor)))
    .orderBy(desc(stockMovements.id))
    .limit(limit);
}
