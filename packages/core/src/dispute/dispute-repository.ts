import { and, desc } from 'drizzle-orm';
import { anyOf, insertion, selection, update, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import type { Dispute, DisputeStatus } from './dispute.ts';
import { disputes } from './tables.ts';

export type DisputeFilter = { orderId?: string | undefined; status?: DisputeStatus | undefined };

const ofNamed = selection('disputes_of_orders', disputes, `where t."order_id" ${isNamedOrder} order by t."id"`);

/** Disputes about locked orders. */
export async function loadDisputes(tx: Transaction, named: OrderNames): Promise<Dispute[]> {
  return ofNamed(tx, parametersOf(named));
}

export const insertDisputes = insertion(disputes);
export const updateDisputes = update(disputes, 'id', ['status', 'amount', 'updatedAt']);

/** All disputes about orders, in ascending id. */
export const readDisputesOfOrders = async (reader: Reader, orderIds: readonly string[]): Promise<Dispute[]> =>
  reader.select().from(disputes).where(anyOf(disputes.orderId, orderIds)).orderBy(disputes.id);

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
