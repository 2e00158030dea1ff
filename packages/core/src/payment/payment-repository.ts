import { and, desc, eq, or, sql } from 'drizzle-orm';
import {
  anyOf,
  texts,
  uuids,
  insertion,
  selection,
  update,
  statement,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { quoted } from '../database/schema.ts';
import { liveStatuses, type Payment, type PaymentStatus } from './payment.ts';
import { payments } from './tables.ts';

const lockByOrder = selection(
  'lock_payments_of_orders',
  payments,
  'where t."order_id" = any($1::uuid[]) order by t."id" for update',
);

/** Locks all payments of the given orders in ascending id. The orders are locked already. */
export async function lockPaymentsOfOrders(tx: Transaction, orderIds: Iterable<string>): Promise<Payment[]> {
  return lockByOrder(tx, [uuids(orderIds)]);
}

const lockBeside = selection(
  'lock_payments_beside',
  payments,
  `
  where t."order_id" = any(array(select "order_id" from "commerce"."payments" where "id" = any($1::uuid[]))) order by t."id" for update`,
);

/** Locks the given payments and all others of their orders in ascending id. The orders are locked already. */
export async function lockPaymentsOfPaymentOrders(tx: Transaction, paymentIds: readonly string[]): Promise<Payment[]> {
  return lockBeside(tx, [uuids(paymentIds)]);
}

const orderIds = statement(
  'order_ids_of_payments',
  'select "id", "order_id" as "orderId" from "commerce"."payments" where "id" = any($1::uuid[])',
);

/** The order that each payment belongs to. Unknown payments are not in the answer. */
export async function readOrderIdsOfPayments(
  tx: Transaction,
  paymentIds: Iterable<string | null>,
): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; orderId: string }>(orderIds, [
    uuids([...paymentIds].filter((id) => id !== null)),
  ]);
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

const byGatewayId = statement(
  'payment_ids_of_gateway_ids',
  `
  select "id", "provider", "gateway_payment_id" as "gatewayPaymentId" from "commerce"."payments"
  where ("provider", "gateway_payment_id") in (select * from unnest($1::text[], $2::text[]))`,
);

/** Our ids of payments by provider and the gateway's id, keyed `provider id`. */
export async function readPaymentIdsOfGatewayIds(
  tx: Transaction,
  named: readonly { provider: string; gatewayPaymentId: string | null }[],
): Promise<Map<string, string>> {
  const values = [
    texts(named.map(({ provider }) => provider)),
    texts(named.map(({ gatewayPaymentId }) => gatewayPaymentId)),
  ];
  const rows = await tx.query<{ id: string; provider: string; gatewayPaymentId: string }>(byGatewayId, values);
  return new Map(rows.map(({ id, provider, gatewayPaymentId }) => [`${provider} ${gatewayPaymentId}`, id]));
}

const lastHeard = 'coalesce(t."asked_at", t."created_at")';
// What nobody is asked about just now, and wasn't heard of for $2 ms.
const isQuiet = `${lastHeard} < now() - $2::integer * interval '1 millisecond'
    and not exists (select from "commerce"."gateway_calls" c where c."payment_id" = t."id" and c."kind" = 'POLL' and c."status" = 'DUE')`;
// The longer ago it was begun, the longer between two questions.
const patience = `(${lastHeard} - t."created_at") / 2`;

const quiet = statement(
  'order_ids_of_quiet_payments',
  `
  select t."order_id" as "orderId" from "commerce"."payments" t
  where t."status" in (${quoted(liveStatuses)}) and t."provider" = any($1::text[]) and ${isQuiet}
    and ${lastHeard} < now() - least(${patience}, interval '6 hours')
  order by ${lastHeard} limit $3`,
);

/**
 * Orders with a live payment at one of these providers of which nothing was heard for `pollAfterMs`, unless the provider is being
 * asked already; those that have waited long are named less and less often, four times a day at last.
 */
export async function readOrderIdsOfStalePayments(
  tx: Transaction,
  providers: readonly string[],
  pollAfterMs: number,
  limit: number,
): Promise<string[]> {
  return (await tx.query<{ orderId: string }>(quiet, [texts(providers), pollAfterMs, limit])).map(
    ({ orderId }) => orderId,
  );
}

const payableAfterCancel = statement(
  'order_ids_of_lingering_payments',
  `
  select t."order_id" as "orderId" from "commerce"."payments" t
  where t."status" = 'CANCELED' and t."authorized_amount" = 0 and not t."surplus" and t."provider" = any($1::text[]) and ${isQuiet}
    and t."created_at" > now() - $4::integer * interval '1 millisecond' and ${lastHeard} < now() - ${patience}
  order by ${lastHeard} limit $3`,
);

/**
 * Orders with a canceled attempt, not older than `lingerMs`, at one of these providers, where a shopper may have paid it all
 * the same; nothing was heard of it for `pollAfterMs`. The longer ago it was begun the less often it is named.
 */
export async function readOrderIdsOfPaymentsPayableAfterCancel(
  tx: Transaction,
  providers: readonly string[],
  pollAfterMs: number,
  lingerMs: number,
  limit: number,
): Promise<string[]> {
  if (providers.length === 0) return [];
  return (
    await tx.query<{ orderId: string }>(payableAfterCancel, [texts(providers), pollAfterMs, limit, lingerMs])
  ).map(({ orderId }) => orderId);
}

/** Attempts to pay an order, the latest first. */
export async function readPaymentsOfOrder(reader: Reader, orderId: string): Promise<Payment[]> {
  return reader.select().from(payments).where(eq(payments.orderId, orderId)).orderBy(desc(payments.id));
}

/** Which of the given payments we know of this provider: their ids, ours or the gateway's as they were given. */
export async function readKnownPayments(
  reader: Reader,
  provider: string,
  named: readonly { paymentId: string | null; gatewayPaymentId: string | null }[],
): Promise<Set<string>> {
  const rows = (
    await readPaymentsNamed(
      reader,
      named.map((one) => ({ ...one, provider })),
    )
  ).filter((row) => row.provider === provider);
  return new Set(rows.flatMap((row) => [row.id, row.gatewayPaymentId ?? row.id]));
}

/** A payment by our id, or by its provider's for it. */
export type NamedPayment = {
  provider?: string | undefined;
  paymentId?: string | null;
  gatewayPaymentId?: string | null | undefined;
};

/** Payments by either of their names; unknown ones are not in the answer. */
export async function readPaymentsNamed(
  reader: Reader,
  named: readonly NamedPayment[],
): Promise<Pick<Payment, 'id' | 'orderId' | 'provider' | 'gatewayPaymentId'>[]> {
  const { id, orderId, provider, gatewayPaymentId } = payments;
  const ids = named.flatMap(({ paymentId }) => paymentId ?? []);
  const gatewayIds = named.flatMap((one) =>
    one.provider && one.gatewayPaymentId ? [[one.provider, one.gatewayPaymentId] as const] : [],
  );
  const byGateway = sql`(${provider}, ${gatewayPaymentId}) in (select * from unnest(
    ${sql.param(gatewayIds.map(([name]) => name))}::text[], ${sql.param(gatewayIds.map(([, theirs]) => theirs))}::text[]))`;
  return reader
    .select({ id, orderId, provider, gatewayPaymentId })
    .from(payments)
    .where(or(anyOf(id, ids), byGateway));
}

export async function readPayment(reader: Reader, id: string): Promise<Payment | undefined> {
  const [payment] = await reader.select().from(payments).where(eq(payments.id, id));
  return payment;
}

export type PaymentFilter = { provider?: string | undefined; status?: PaymentStatus | undefined };

/** Attempts to pay any order, the newest first. */
export async function listPayments(
  reader: Reader,
  { provider, status }: PaymentFilter,
  { cursor, limit }: PageRequest,
): Promise<Payment[]> {
  return reader
    .select()
    .from(payments)
    .where(and(matches(payments.provider, provider), matches(payments.status, status), after(payments.id, cursor)))
    .orderBy(desc(payments.id))
    .limit(limit);
}

/** Fails by `payments_one_live` for a second live attempt, which the lock on the order rules out. */
export const insertPayments = insertion(payments);
export const updatePayments = update(payments, 'id', [
  'status',
  'amount',
  'authorizedAmount',
  'capturedAmount',
  'refundedAmount',
  'refundReservedAmount',
  'surplus',
  'failureCode',
  'gatewayPaymentId',
  'reportedAmount',
  'reportedCurrency',
  'reportedCaptured',
  'polledAt',
  'updatedAt',
]);
