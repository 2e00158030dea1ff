import type { RunningShop } from '../setup/shop.ts';
import type { Pending } from './unfinished.ts';

/** What decides whether a poll still counts as unfinished. */
export type PollScope = {
  /** Since when the gateways have had nothing to send; undefined while they send. */
  quietSince: Date | undefined;
  /** Payments that an operator had polled: each of their polls counts. */
  polledIds: readonly string[];
};

const examplesMax = 5;

/** SQL: the message `g` is about a payment that neither book has. It can never be applied. */
export const ofUnknownPayment = `not exists (select from commerce.payments p where p.provider = g.provider
  and (p.id = g.payment_id or p.gateway_payment_id = g.gateway_payment_id))`;

/**
 * SQL: the call `c` repeats a poll that can find nothing new. An attempt that a shopper could pay after its end is
 * polled for a day. It was polled since the gateways have been quiet, so a further poll has the same answer.
 */
const isRepeatedPoll = `(c.kind = 'POLL' and p.status = 'CANCELED' and p.authorized_amount = 0 and not p.surplus
  and c.created_at > scope.quiet_since and p.asked_at > scope.quiet_since and not p.id = any(scope.polled_ids))`;

/** SQL: a tracking number as the shop compares it. */
const comparable = (text: string) => `lower(translate(${text}, ' .-_/', ''))`;

/** SQL: the rows of each kind that wait, as `what` in words and `due`. */
const waiting: Record<string, string> = {
  'unpaid orders': `
    select id || ' ' || status as what, hold_until as due from commerce.orders
    where status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED')`,
  'live attempts': `
    select id || ' ' || provider || ' ' || status || ', polled ' || coalesce(asked_at::text, 'never') as what,
      null as due
    from commerce.payments where status in ('CREATED', 'PENDING', 'REVIEW')`,
  'open refunds': `
    select id || ' ' || kind || ' ' || status || ' of payment ' || payment_id as what, null as due from commerce.refunds
    where status in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')`,
  'credits of returns': `
    select order_id || ' ' || status || ' of return ' || return_id as what, due_at as due
    from commerce.return_credits where due_at is not null`,
  'calls to gateways': `
    select c.kind || ' ' || c.provider || ' payment ' || p.id || ' ' || p.status || ' after ' || c.attempts
      || ' attempts, the last: '
      || coalesce(c.failure_code, 'no failure') as what, c.due_at as due
    from scope cross join commerce.gateway_calls c join commerce.payments p on p.id = c.payment_id
    where c.status = 'DUE' and ${isRepeatedPoll} is not true`,
  'messages from gateways': `
    select id || ' ' || provider || ' ' || type || ' ' || outcome || ' payment ' || coalesce(payment_id::text,
      gateway_payment_id, 'none')
      || ' after ' || attempts || ' attempts' as what, due_at as due
    from commerce.gateway_events where due_at is not null`,
  'messages from carriers': `
    select id || ' ' || outcome || ' ' || reports::text || ' after ' || attempts || ' attempts' as what, due_at as due
    from commerce.tracking_messages m where due_at is not null and exists (
      select from commerce.parcels p, jsonb_array_elements(m.reports) r
        where r ->> 'number' = ${comparable('p.tracking_number')})`,
};

/** Reads the work that is not finished, the work that is due last first; empty when the shop is idle. */
export async function readPending(
  { database }: Pick<RunningShop, 'database'>,
  { quietSince, polledIds }: PollScope,
): Promise<Pending[]> {
  const all = await Promise.all(
    Object.entries(waiting).map(async ([what, rows]) => {
      const found = await database.query<{ total: number; what: string; due: Date | null }>(
        `with scope as (select $1::timestamptz as quiet_since, $2::uuid[] as polled_ids), waiting as (${rows})
         select (count(*) over ())::int as total, what, due from waiting order by due desc nulls last, what
           limit ${examplesMax}`,
        [quietSince?.toISOString() ?? null, polledIds],
      );
      const examples = found.map(({ what: row, due }) => row + (due ? `, due ${due.toISOString()}` : ''));
      return { what, count: found[0]?.total ?? 0, examples };
    }),
  );
  return all.filter(({ count }) => count > 0);
}

/** Makes messages about unknown payments due now, so that the run does not wait 20 minutes for their last retry. */
export async function hurryUnknownPayments({ database }: Pick<RunningShop, 'database'>): Promise<void> {
  await database.query(
    `update commerce.gateway_events g set due_at = now() where outcome = 'UNMATCHED' and due_at > now()
      and ${ofUnknownPayment}`,
  );
}

/** Reads the ids of messages about known payments that wait for a retry; an operator may redrive them. */
export async function readWaitingMessages({ database }: Pick<RunningShop, 'database'>): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `select id from commerce.gateway_events g where due_at is not null and not (${ofUnknownPayment})`,
  );
  return rows.map(({ id }) => id);
}
