import { and, desc } from 'drizzle-orm';
import { uuids, insertion, selection, update, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { isOrderOfPayments } from '../database/orders-of-payments.ts';
import type { Dispute, DisputeStatus } from './dispute.ts';
import { disputes } from './tables.ts';

export type DisputeFilter = { orderId?: string | undefined; status?: DisputeStatus | undefined };

const byOrder = selection('disputes_of_orders', disputes, 'where t."order_id" = any($1::uuid[]) order by t."id"');
const byPaymentOrders = selection(
  'disputes_of_payment_orders',
  disputes,
  `where t."order_id" ${isOrderOfPayments} order by t."id"`,
);

/** Disputes about locked orders. */
export async function loadDisputes(tx: Transaction, orderIds: readonly string[]): Promise<Dispute[]> {
  return byOrder(tx, [uuids(orderIds)]);
}

/** Disputes about the orders of payments; the orders are locked. */
export async function loadDisputesOfPaymentOrders(tx: Transaction, paymentIds: readonly string[]): Promise<Dispute[]> {
  return byPaymentOrders(tx, [uuids(paymentIds)]);
}

export const insertDisputes = insertion(disputes);
export const updateDisputes = update(disputes, 'id', ['status', 'amount', 'updatedAt']);

/** Disputes, the newest first. */
export async function listDisputes(
  reader: Reader,
  { orderId, status }: DisputeFilter,
  { cursor, limit }: PageRequest,
): Promise<Dispute[]> {
  return reader
    .select()
    .from(disputes)
    .where(and(matches(disputes.orderId, orderId), matches(disputes.status, status), after(disputes.id, cursor)))
    .orderBy(desc(disputes.id))
    .limit(limit);
}
