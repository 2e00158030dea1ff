import { asc, desc, eq } from 'drizzle-orm';
import { anyOf } from '../database/any-of.ts';
import type { Reader } from '../database/page.ts';
import { insertRows, updateRows } from '../database/rows.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Payment } from './payment.ts';
import { payments } from './tables.ts';

/** Locks all payments of the given orders in ascending id. The orders are locked already. */
export async function lockPaymentsOfOrders(tx: Transaction, orderIds: Iterable<string>): Promise<Payment[]> {
  return tx.db.select().from(payments).where(anyOf(payments.orderId, orderIds)).orderBy(asc(payments.id)).for('update');
}

/** The order that each payment belongs to. Unknown payments are not in the answer. */
export async function readOrderIdsOfPayments(reader: Reader, paymentIds: Iterable<string>): Promise<Map<string, string>> {
  const rows = await reader.select({ id: payments.id, orderId: payments.orderId }).from(payments).where(anyOf(payments.id, paymentIds));
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

/** Attempts to pay an order, the latest first. */
export async function readPaymentsOfOrder(reader: Reader, orderId: string): Promise<Payment[]> {
  return reader.select().from(payments).where(eq(payments.orderId, orderId)).orderBy(desc(payments.id));
}

/** @throws a unique violation of `payments_one_live`, which the lock on the order rules out */
export const insertPayments = (tx: Transaction, rows: readonly Payment[]) => insertRows(tx, payments, rows);

export const updatePayments = (tx: Transaction, rows: readonly Payment[]) =>
  updateRows(tx, payments, 'id', [
    'status', 'authorizedAmount', 'capturedAmount', 'refundedAmount', 'refundReservedAmount', 'surplus', 'failureCode',
    'reportedAmount', 'reportedCurrency', 'updatedAt',
  ], rows);

/** Whether any of these payments is there: the trace of a transaction whose COMMIT got no answer. */
export async function anyPaymentExists(reader: Reader, ids: Iterable<string>): Promise<boolean> {
  const rows = await reader.select({ id: payments.id }).from(payments).where(anyOf(payments.id, ids)).limit(1);
  return rows.length > 0;
}
