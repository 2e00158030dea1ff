import { and, desc } from 'drizzle-orm';
import { anyOf, texts, insertion, selection, update, type Transaction, statement } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { quoted } from '../database/schema.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import { openRefundStatuses, type Refund, type RefundLine, type RefundStatus } from './refund.ts';
import { refundLines, refunds } from './tables.ts';

export type RefundFilter = { orderId?: string | undefined; status?: RefundStatus | undefined };

const lockOfNamed = selection(
  'lock_refunds_of_orders',
  refunds,
  `where t."order_id" ${isNamedOrder} order by t."id" for update`,
);
const linesOfNamed = selection(
  'refund_lines_of_orders',
  refundLines,
  `where t."order_id" ${isNamedOrder} order by t."refund_id", t."line_no"`,
);

/** Locks all refunds of orders in ascending id. The orders are locked already. */
export async function lockRefundsOfOrders(tx: Transaction, named: OrderNames): Promise<Refund[]> {
  return lockOfNamed(tx, parametersOf(named));
}

/** The lines of refunds of locked orders, for refunds that were requested by lines. */
export async function loadRefundLines(tx: Transaction, named: OrderNames): Promise<RefundLine[]> {
  return linesOfNamed(tx, parametersOf(named));
}

/** SQL that is true when a refund is open, so that its gateway may have sent nothing for a while. */
export const someRefundIsOpen = `(
    (select t."id" from "commerce"."refunds" t where t."status" in (${quoted(openRefundStatuses)}) order by t."id"
      limit 1) is not null)`;

const sent = statement(
  'order_ids_of_sent_refunds',
  `
  select t."order_id" as "orderId" from "commerce"."refunds" t join "commerce"."payments" p on p."id" = t."payment_id"
  where t."status" in (${quoted(openRefundStatuses)}) and t."status" <> 'REQUESTED' and p."provider" = any($1::text[])
    and not exists (select from "commerce"."gateway_calls" c where c."payment_id" = p."id" and c."kind" = 'POLL'
      and c."status" = 'DUE')
    and greatest(t."updated_at", p."asked_at") < now() - $2::integer * interval '1 millisecond'
  order by t."id" limit $3`,
);

/** Orders with a refund that a provider accepted `pollAfterMs` ago, not polled since, and for which no poll is due. */
export async function readOrderIdsOfSentRefunds(
  tx: Transaction,
  providers: readonly string[],
  pollAfterMs: number,
  limit: number,
): Promise<string[]> {
  return (await tx.query<{ orderId: string }>(sent, [texts(providers), pollAfterMs, limit])).map(
    ({ orderId }) => orderId,
  );
}

export const insertRefunds = insertion(refunds);
export const insertRefundLines = insertion(refundLines);
export const updateRefunds = update(refunds, 'id', ['status', 'gatewayRefundId', 'failureCode', 'updatedAt']);

/** All refunds of orders, in ascending id. */
export const readRefundsOfOrders = async (reader: Reader, orderIds: readonly string[]): Promise<Refund[]> =>
  reader.select().from(refunds).where(anyOf(refunds.orderId, orderIds)).orderBy(refunds.id);

/** Refunds, the newest first. */
export async function listRefunds(
  reader: Reader,
  { orderId, status }: RefundFilter,
  { cursor, limit }: PageRequest,
): Promise<Refund[]> {
  return reader
    .select()
    .from(refunds)
    .where(and(matches(refunds.orderId, orderId), matches(refunds.status, status), after(refunds.id, cursor)))
    .orderBy(desc(refunds.id))
    .limit(limit);
}
