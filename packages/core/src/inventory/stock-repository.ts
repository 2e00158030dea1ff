import { and, asc, desc, eq, lt } from 'drizzle-orm';
import { anyOf } from '../database/any-of.ts';
import type { Reader } from '../database/page.ts';
import { insertRows, updateRows } from '../database/rows.ts';
import type { Transaction } from '../database/transaction.ts';
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

/** Locks the stock rows in ascending product order, so that no two transactions wait for each other. */
export async function lockStocks(tx: Transaction, productIds: Iterable<string>): Promise<Map<string, Stock>> {
  const ids = [...new Set(productIds)];
  if (ids.length === 0) return new Map();
  const rows = await tx.db.select().from(stocks).where(anyOf(stocks.productId, ids)).orderBy(asc(stocks.productId)).for('update');
  return new Map(rows.map((row) => [row.productId, row]));
}

export async function readStocks(reader: Reader, productIds: Iterable<string>): Promise<Map<string, Stock>> {
  const rows = await reader.select().from(stocks).where(anyOf(stocks.productId, productIds));
  return new Map(rows.map((row) => [row.productId, row]));
}

export const insertStocks = (tx: Transaction, rows: readonly Stock[]) => insertRows(tx, stocks, rows);

export const updateStocks = (tx: Transaction, rows: readonly Stock[]) =>
  updateRows(tx, stocks, 'productId', ['availableQty', 'reservedQty'], rows);

export const insertStockMovements = (tx: Transaction, rows: readonly StockMovement[]) => insertRows(tx, stockMovements, rows);

export async function listStockMovements(
  reader: Reader,
  productId: string,
  cursor: string | undefined,
  limit: number,
): Promise<StockMovement[]> {
  return reader.select().from(stockMovements).where(and(
    eq(stockMovements.productId, productId),
    cursor === undefined ? undefined : lt(stockMovements.id, cursor),
  )).orderBy(desc(stockMovements.id)).limit(limit);
}
