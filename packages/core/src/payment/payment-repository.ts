import { desc, eq, or, sql } from 'drizzle-orm';
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
import type { Reader } from '../database/page.ts';
import { quoted } from '../database/schema.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import { liveStatuses, type Payment } from './payment.ts';
import { payments } from './tables.ts';

const lockOfNamed = selection(
  'lock_payments_of_orders',
  payments,
  `where t."order_id" ${isNamedOrder} order by t."id" for update`,
);

/** Locks all payments of orders in ascending id. The orders are locked already. */
export async function lockPaymentsOfOrders(tx: Transaction, named: OrderNames): Promise<Payment[]> {
  return lockOfNamed(tx, parametersOf(named));
}

const byGatewayId = statement(
  'payment_ids_of_gateway_ids',
  `
  select "id", "provider", "gateway_payment_id" as "gatewayPaymentId" from "commerce"."payments"
  where ("provider", "gateway_payment_id") in (select * from unnest($1::text[], $2::text[]))`,
);

/** This shop's ids of payments that are named by the gateway's ids, keyed `provider id`. */
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

// When a payment was last polled, or created.
const lastPolled = 'coalesce(t."asked_at", t."created_at")';
// Not polled for $2 ms, and no poll is due.
const isStale = `${lastPolled} < now() - $2::integer * interval '1 millisecond'
    and not exists (select from "commerce"."gateway_calls" c where c."payment_id" = t."id" and c."kind" = 'POLL'
      and c."status" = 'DUE')`;
// Half of the payment's age at the last poll: the older a payment is, the less often it is polled.
const pollPause = `(${lastPolled} - t."created_at") / 2`;

/**
 * SQL that is true when a live payment wasn't polled for `pollAfterMs`, or the newest canceled attempt isn't older than
 * `payableMs`. It is a necessary condition for a poll, and no sufficient one: the payment's gateway may have no polls,
 * and an old payment waits longer. The arguments are parameters like `$1`, in ms.
 */
export const somePaymentMayBeStale = (pollAfterMs: string, payableMs: string): string => `(
    (select min(${lastPolled}) < now() - ${pollAfterMs}::integer * interval '1 millisecond'
      from "commerce"."payments" t where t."status" in (${quoted(liveStatuses)}))
    or (select max(t."created_at") > now() - ${payableMs}::integer * interval '1 millisecond'
      from "commerce"."payments" t where t."status" = 'CANCELED' and t."authorized_amount" = 0 and not t."surplus"))`;

const stale = statement(
  'order_ids_of_stale_payments',
  `
  select t."order_id" as "orderId" from "commerce"."payments" t
  where t."status" in (${quoted(liveStatuses)}) and t."provider" = any($1::text[]) and ${isStale}
    and ${lastPolled} < now() - least(${pollPause}, interval '6 hours')
  order by ${lastPolled} limit $3`,
);

/**
 * Orders with a live payment at one of these providers that wasn't polled for `pollAfterMs`, and for which no poll is
 * due. The pause grows with the payment's age, up to 6 hours.
 */
export async function readOrderIdsOfStalePayments(
  tx: Transaction,
  providers: readonly string[],
  pollAfterMs: number,
  limit: number,
): Promise<string[]> {
  return (await tx.query<{ orderId: string }>(stale, [texts(providers), pollAfterMs, limit])).map(
    ({ orderId }) => orderId,
  );
}

const payableAfterCancel = statement(
  'order_ids_of_payments_payable_after_cancel',
  `
  select t."order_id" as "orderId" from "commerce"."payments" t
  where t."status" = 'CANCELED' and t."authorized_amount" = 0 and not t."surplus" and t."provider" = any($1::text[])
    and ${isStale}
    and t."created_at" > now() - $4::integer * interval '1 millisecond' and ${lastPolled} < now() - ${pollPause}
  order by ${lastPolled} limit $3`,
);

/**
 * Orders with a canceled attempt, not older than `payableMs`, at one of these providers, where a shopper can still have
 * paid it. The attempt wasn't polled for `pollAfterMs`; the pause grows with its age.
 */
export async function readOrderIdsOfPaymentsPayableAfterCancel(
  tx: Transaction,
  providers: readonly string[],
  pollAfterMs: number,
  payableMs: number,
  limit: number,
): Promise<string[]> {
  if (providers.length === 0) return [];
  return (
    await tx.query<{ orderId: string }>(payableAfterCancel, [texts(providers), pollAfterMs, limit, payableMs])
  ).map(({ orderId }) => orderId);
}

/** Attempts to pay an order, the newest first. */
export async function readPaymentsOfOrder(reader: Reader, orderId: string): Promise<Payment[]> {
  return reader.select().from(payments).where(eq(payments.orderId, orderId)).orderBy(desc(payments.id));
}

/** The ids among the given ones, this shop's or the gateway's, of payments that this shop has at this provider. */
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

/** A payment by this shop's id, or by its provider and the provider's id. */
export type NamedPayment = {
  provider?: string | undefined;
  paymentId?: string | null;
  gatewayPaymentId?: string | null | undefined;
};

/** Payments by either of their names. Unknown payments are left out. */
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
    ${sql.param(gatewayIds.map(([name]) => name))}::text[],
      ${sql.param(gatewayIds.map(([, theirs]) => theirs))}::text[]))`;
  return reader
    .select({ id, orderId, provider, gatewayPaymentId })
    .from(payments)
    .where(or(anyOf(id, ids), byGateway));
}

/** The payment with this id. */
export async function readPayment(reader: Reader, id: string): Promise<Payment | undefined> {
  const [payment] = await reader.select().from(payments).where(eq(payments.id, id));
  return payment;
}

const warningAt = 'least(t."lapse_warning_at", t."capture_overdue_at")';
const isWatched = `t."status" = 'AUTHORIZED' and not t."surplus" and ${warningAt} is not null`;

/** SQL for the first time at which an operator must be warned about an authorization. */
export const firstOverdueCapture = `select min(${warningAt}) from "commerce"."payments" t where ${isWatched}`;

/** SQL that is true when an operator must be warned about an authorization. */
export const someCaptureIsOverdue = `((${firstOverdueCapture}) <= now())`;

const overdueCaptures = statement(
  'payments_to_warn_about',
  `select t."id", t."order_id" as "orderId" from "commerce"."payments" t
  where ${isWatched} and ${warningAt} <= now() order by ${warningAt} limit $1`,
);

/** Up to `limit` authorizations that an operator must be warned about, the longest due first. They are not locked. */
export const readOverdueCaptures = async (tx: Transaction, limit: number): Promise<Pick<Payment, 'id' | 'orderId'>[]> =>
  tx.query<Pick<Payment, 'id' | 'orderId'>>(overdueCaptures, [limit]);

const endWarnings = statement(
  'end_capture_warnings',
  `update "commerce"."payments"
    set "lapse_warning_at" = case when "lapse_warning_at" > now() then "lapse_warning_at" end,
    "capture_overdue_at" = case when "capture_overdue_at" > now() then "capture_overdue_at" end
  where "id" = any($1::uuid[])`,
);

/** Ends the warnings that are due now, of payments whose orders are locked. */
export function endCaptureWarnings(tx: Transaction, paymentIds: readonly string[]): void {
  tx.send(endWarnings, [uuids(paymentIds)]);
}

const expectCapture = statement(
  'expect_capture_of_payments',
  `update "commerce"."payments" set "capture_overdue_at" = now() + $2::integer * interval '1 millisecond'
  where "id" = any($1::uuid[]) and "status" = 'AUTHORIZED' and "capture_overdue_at" is null`,
);

/** Has an operator warned in `overdueMs` if payments, whose orders are locked, are only authorized then. */
export function expectCaptures(tx: Transaction, paymentIds: readonly string[], overdueMs: number): void {
  if (paymentIds.length > 0) tx.send(expectCapture, [uuids(paymentIds), overdueMs]);
}

/**
 * Fails by `payments_one_live` for a second live attempt; the lock on the order prevents that. A new payment has
 * released nothing.
 */
export const insertPayments = insertion(payments, ['creditedAmount', 'releasedAmount']);
export const updatePayments = update(payments, 'id', [
  'status',
  'currency',
  'amount',
  'authorizedAmount',
  'capturedAmount',
  'refundedAmount',
  'refundReservedAmount',
  'creditedAmount',
  'releasedAmount',
  'surplus',
  'failureCode',
  'gatewayPaymentId',
  'reportedAmount',
  'reportedCurrency',
  'reportedCaptured',
  'canceledAtGateway',
  'polledAt',
  'updatedAt',
]);
