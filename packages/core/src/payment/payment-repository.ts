import { desc, eq } from 'drizzle-orm';
import type { Reader } from '../database/page.ts';
import { insertion, selection, update } from '../database/rows.ts';
import { statement } from '../database/statement.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Payment } from './payment.ts';
import { payments } from './tables.ts';

const lockByOrder = selection('lock_payments_of_orders', payments, 'where t."order_id" = any($1::uuid[]) order by t."id" for update');

/** Locks all payments of the given orders in ascending id. The orders are locked already. */
export async function lockPaymentsOfOrders(tx: Transaction, orderIds: Iterable<string>): Promise<Payment[]> {
  return lockByOrder(tx, [[...orderIds]]);
}

const orderIds = statement('order_ids_of_payments', 'select "id", "order_id" as "orderId" from "commerce"."payments" where "id" = any($1::uuid[])');

/** The order that each payment belongs to. Unknown payments are not in the answer. */
export async function readOrderIdsOfPayments(tx: Transaction, paymentIds: Iterable<string>): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; orderId: string }>(orderIds, [[...paymentIds]]);
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

/** Attempts to pay an order, the latest first. */
export async function readPaymentsOfOrder(reader: Reader, orderId: string): Promise<Payment[]> {
  return reader.select().from(payments).where(eq(payments.orderId, orderId)).orderBy(desc(payments.id));
}

/** Fails by `payments_one_live` for a second live attempt, which the lock on the order rules out. */
export const insertPayments = insertion(payments);
export const updatePayments = update(payments, 'id', [
  'status', 'authorizedAmount', 'capturedAmount', 'refundedAmount', 'refundReservedAmount', 'surplus', 'failureCode',
  'reportedAmount', 'reportedCurrency', 'updatedAt',
]);
