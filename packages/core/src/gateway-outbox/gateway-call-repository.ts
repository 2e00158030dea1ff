import { and, count, desc, eq } from 'drizzle-orm';
import { texts, uuids, insertion, selection, statement, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { claiming, leaseIsHeld, leaseParameters, renewing } from '../due-work/lease.ts';
import { gatewayCallJob, type GatewayCall, type GatewayCallKind, type GatewayCallStatus } from './gateway-call.ts';
import { gatewayCalls } from './tables.ts';

const insert = insertion(
  gatewayCalls,
  [],
  `
  on conflict ("payment_id", "kind") where "status" = 'DUE' and "kind" <> 'REFUND'
  do update set "due_at" = least("gateway_calls"."due_at", excluded."due_at"), "updated_at" = excluded."updated_at"`,
);

/**
 * Adds calls to make. A payment has one open call of a kind: where there is one already, it becomes due as soon as the
 * new one would be. These rows are locked after all others; the orders are locked already. After the commit the job
 * that makes the calls is woken, if it runs in this process.
 */
export function insertGatewayCalls(tx: Transaction, calls: readonly GatewayCall[]): void {
  // Sorted against deadlocks, and each pair once: one statement can't update a row twice.
  const byPair = new Map(
    calls.map((call) => [call.kind === 'REFUND' ? call.id : `${call.paymentId} ${call.kind}`, call]),
  );
  for (const { provider } of calls) tx.notify(gatewayCallJob(provider));
  insert(
    tx,
    [...byPair].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call),
  );
}

const closing = (name: string, key: string) =>
  statement(
    name,
    `
  update "commerce"."gateway_calls" t set "status" = given."status", "due_at" = null,
    "failure_code" = given."failure_code", "updated_at" = $5
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as given ("subject_id", "kind", "status", "failure_code")
  where t."${key}" = given."subject_id" and t."kind" = given."kind" and t."status" = 'DUE'`,
  );
const closeOfPayments = closing('close_gateway_calls_of_payments', 'payment_id');
const closeOfRefunds = closing('close_gateway_calls_of_refunds', 'refund_id');

/** An open call that needn't be made: the one of a kind for a payment, or the REFUND of a refund (`subjectId`). */
export type ClosedCall = {
  subjectId: string;
  kind: GatewayCallKind;
  status: Exclude<GatewayCallStatus, 'DUE'>;
  failureCode: string | null;
};

/** Ends open calls without making them. */
export function closeGatewayCalls(tx: Transaction, closed: readonly ClosedCall[]): void {
  const { refunds = [], payments = [] } = Object.groupBy(closed, ({ kind }) =>
    kind === 'REFUND' ? 'refunds' : 'payments',
  );
  for (const [statement, calls] of [
    [closeOfPayments, payments],
    [closeOfRefunds, refunds],
  ] as const) {
    if (calls.length === 0) continue;
    tx.send(statement, [
      uuids(calls.map(({ subjectId }) => subjectId)),
      texts(calls.map(({ kind }) => kind)),
      texts(calls.map(({ status }) => status)),
      texts(calls.map(({ failureCode }) => failureCode)),
      tx.now.toISOString(),
    ]);
  }
}

// Bounds the look for due calls, whatever the backlog of one provider is.
const dueCallsSeen = 1_000;

/**
 * SQL for the array of those providers that have due calls, or may have some behind a backlog. `parameter` holds the
 * providers, like `$1`.
 */
export const providersWithDueCalls = (parameter: string): string => `array(
    with due as (select "provider" from "commerce"."gateway_calls"
      where "status" = 'DUE' and "due_at" <= now() order by "due_at" limit ${dueCallsSeen})
    select provider from unnest(${parameter}::text[]) as given (provider)
    where provider in (select "provider" from due) or (select count(*) from due) = ${dueCallsSeen})`;

const claim = claiming(gatewayCalls, gatewayCalls.id, {
  set: ', "updated_at" = now()',
  and: `and "status" = 'DUE'`,
});

/** Claims up to `limit` due calls to these providers. Returns them as claimed, by id. */
export async function claimGatewayCalls(
  tx: Transaction,
  providers: readonly string[],
  limit: number,
): Promise<GatewayCall[]> {
  const claimed = await claim(tx, providers, limit);
  return claimed.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Renews the leases of calls. */
export const renewGatewayCalls = renewing(gatewayCalls, gatewayCalls.id);

const hold = statement(
  'hold_gateway_call',
  `
  select "id" from "commerce"."gateway_calls" where "id" = $1 and "attempts" = $2 and "status" = 'DUE' for update`,
);

/**
 * Locks a call and returns whether the caller's claim is still the last one: no worker has claimed the call since, and
 * it wasn't closed. The order is locked already.
 */
export async function holdGatewayCall(
  tx: Transaction,
  { id, attempts }: Pick<GatewayCall, 'id' | 'attempts'>,
): Promise<boolean> {
  return (await tx.query(hold, [id, attempts])).length > 0;
}

const finish = statement(
  'finish_gateway_call',
  `
  update "commerce"."gateway_calls" set "status" = $4, "due_at" = $5, "failure_code" = $6, "updated_at" = $7
  where "id" = $1 and ${leaseIsHeld} and "status" = 'DUE'`,
);

/**
 * Writes the result of a claimed call. Writes nothing when another worker has claimed the call since, when it was
 * closed, or when it became due again while it was made: the gateway's answer may be older than that request, so the
 * call is made again.
 */
export function finishGatewayCall(
  tx: Transaction,
  call: GatewayCall,
  result: Pick<GatewayCall, 'status' | 'dueAt' | 'failureCode'>,
): void {
  tx.send(finish, [
    call.id,
    ...leaseParameters(call),
    result.status,
    result.dueAt?.toISOString() ?? null,
    result.failureCode,
    tx.now.toISOString(),
  ]);
}

const openOfPayments = selection(
  'open_gateway_calls_of_payments',
  gatewayCalls,
  `
  where t."payment_id" = any($1::uuid[]) and t."kind" = $2 and t."status" = 'DUE'`,
);

/** Open calls of a kind for payments whose orders are locked. */
export async function readOpenGatewayCalls(
  tx: Transaction,
  paymentIds: readonly string[],
  kind: GatewayCallKind,
): Promise<GatewayCall[]> {
  return paymentIds.length === 0 ? [] : openOfPayments(tx, [uuids(paymentIds), kind]);
}

export type GatewayCallFilter = { orderId?: string | undefined; status?: GatewayCallStatus | undefined };

/** Calls, the newest first. */
export async function listGatewayCalls(
  reader: Reader,
  { orderId, status }: GatewayCallFilter,
  { cursor, limit }: PageRequest,
): Promise<GatewayCall[]> {
  return reader
    .select()
    .from(gatewayCalls)
    .where(
      and(matches(gatewayCalls.orderId, orderId), matches(gatewayCalls.status, status), after(gatewayCalls.id, cursor)),
    )
    .orderBy(desc(gatewayCalls.id))
    .limit(limit);
}

/** Counts open calls, and those of them that were made without an answer, each up to `max`. */
export async function countOpenGatewayCalls(
  reader: Reader,
  max: number,
): Promise<{ open: number; unanswered: number }> {
  const open = reader
    .select({ failureCode: gatewayCalls.failureCode })
    .from(gatewayCalls)
    .where(eq(gatewayCalls.status, 'DUE'))
    .limit(max)
    .as('open');
  const [row] = await reader.select({ open: count(), unanswered: count(open.failureCode) }).from(open);
  // An aggregate without GROUP BY always returns one row.
  return row!;
}
