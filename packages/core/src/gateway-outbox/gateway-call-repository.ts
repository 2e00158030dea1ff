import { and, count, desc, eq, lt } from 'drizzle-orm';
import { texts, uuids, insertion, selection, statement, type Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { callLeaseMs, type GatewayCall, type GatewayCallKind, type GatewayCallStatus } from './gateway-call.ts';
import { gatewayCalls } from './tables.ts';

const insert = insertion(
  gatewayCalls,
  [],
  `
  on conflict ("payment_id", "kind") where "status" = 'DUE' and "kind" <> 'REFUND'
  do update set "due_at" = least("gateway_calls"."due_at", excluded."due_at"), "updated_at" = excluded."updated_at"`,
);

/**
 * Adds calls to make. Where one of the same kind is open for the same payment already, that one is made as soon. The last
 * class of locks: the orders are locked already.
 */
export function insertGatewayCalls(tx: Transaction, calls: readonly GatewayCall[]): void {
  // Sorted, and each pair once: one statement can't touch a row twice.
  const byPair = new Map(
    calls.map((call) => [call.kind === 'REFUND' ? call.id : `${call.paymentId} ${call.kind}`, call]),
  );
  insert(
    tx,
    [...byPair].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call),
  );
}

const closing = (name: string, key: string) =>
  statement(
    name,
    `
  update "commerce"."gateway_calls" t set "status" = given."status", "due_at" = null, "failure_code" = given."failure_code", "updated_at" = $5
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as given ("subject_id", "kind", "status", "failure_code")
  where t."${key}" = given."subject_id" and t."kind" = given."kind" and t."status" = 'DUE'`,
  );
const closeOfPayments = closing('close_gateway_calls_of_payments', 'payment_id');
const closeOfRefunds = closing('close_gateway_calls_of_refunds', 'refund_id');

/** Open calls that have become needless: those of a kind for a payment, or a REFUND's for its refund. */
export type ClosedCall = {
  subjectId: string;
  kind: GatewayCallKind;
  status: Exclude<GatewayCallStatus, 'DUE'>;
  failureCode: string | null;
};

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

const claim = statement(
  'claim_gateway_calls',
  `
  update "commerce"."gateway_calls" t set "attempts" = t."attempts" + 1, "due_at" = now() + $2::integer * interval '1 millisecond', "updated_at" = now()
  from (
    select "id" from "commerce"."gateway_calls"
    where "status" = 'DUE' and "due_at" <= now() and "provider" = any($3::text[])
    order by "due_at" limit $1 for update skip locked
  ) due
  where t."id" = due."id" returning t."id"`,
);

const claimed = selection('gateway_calls_by_id', gatewayCalls, 'where t."id" = any($1::uuid[]) order by t."id"');

/**
 * Takes up to `limit` calls that are due at these providers, for the length of a lease: whoever took one last may finish it.
 * Calls that another process is just taking are left to it.
 */
export async function claimGatewayCalls(
  tx: Transaction,
  providers: readonly string[],
  limit: number,
): Promise<GatewayCall[]> {
  const rows = await tx.query<{ id: string }>(claim, [limit, callLeaseMs, texts(providers)]);
  return rows.length === 0 ? [] : claimed(tx, [uuids(rows.map(({ id }) => id))]);
}

const hold = statement(
  'hold_gateway_call',
  `
  select "id" from "commerce"."gateway_calls" where "id" = $1 and "attempts" = $2 and "status" = 'DUE' for update`,
);

/** Whether whoever began a call still has it: nobody has taken it since, and it wasn't closed. The order is locked already. */
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
  where "id" = $1 and "attempts" = $2 and "due_at" = $3 and "status" = 'DUE'`,
);

/**
 * Writes what became of a call as it was claimed, unless somebody else has taken it since, it was closed, or it was asked for
 * once more while it was made: what the gateway answered may be older than that, so it is made again.
 */
export function finishGatewayCall(
  tx: Transaction,
  { id, attempts, dueAt: leaseUntil }: GatewayCall,
  became: Pick<GatewayCall, 'status' | 'dueAt' | 'failureCode'>,
): void {
  tx.send(finish, [
    id,
    attempts,
    leaseUntil?.toISOString() ?? null,
    became.status,
    became.dueAt?.toISOString() ?? null,
    became.failureCode,
    tx.now.toISOString(),
  ]);
}

const openOfPayments = selection(
  'open_gateway_calls_of_payments',
  gatewayCalls,
  `
  where t."payment_id" = any($1::uuid[]) and t."kind" = $2 and t."status" = 'DUE'`,
);

/** Calls of a kind that are still to be made for payments whose orders are locked. */
export async function readOpenGatewayCalls(
  tx: Transaction,
  paymentIds: readonly string[],
  kind: GatewayCallKind,
): Promise<GatewayCall[]> {
  return paymentIds.length === 0 ? [] : openOfPayments(tx, [uuids(paymentIds), kind]);
}

export type GatewayCallFilter = { orderId?: string | undefined; status?: GatewayCallStatus | undefined };

export async function listGatewayCalls(
  reader: Reader,
  { orderId, status }: GatewayCallFilter,
  cursor: string | undefined,
  limit: number,
): Promise<GatewayCall[]> {
  return reader
    .select()
    .from(gatewayCalls)
    .where(
      and(
        orderId === undefined ? undefined : eq(gatewayCalls.orderId, orderId),
        status === undefined ? undefined : eq(gatewayCalls.status, status),
        cursor === undefined ? undefined : lt(gatewayCalls.id, cursor),
      ),
    )
    .orderBy(desc(gatewayCalls.id))
    .limit(limit);
}

/** Calls that are still to be made, and those of them that were made without an answer; counted up to `max`. */
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
  return row!;
}
