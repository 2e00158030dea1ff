import { arrayOf, statement, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import { firstIdAt, timeOver } from '../due-work/time-over.ts';

// Raw bodies are found without an index on the inbox, which every webhook would have to write: ids are in the order of
// time, so a walk through the primary key from where the last batch ended meets each event once. An event that is
// decided later than it was received may not be over when the walk passes. Its id goes to a small table of late bodies.

const walk = statement(
  'walk_gateway_event_bodies',
  `
  select "id", "raw_body" is not null as "hasBody" from "commerce"."gateway_events"
  where "id" > $1 and "id" < ${firstIdAt(timeOver('$2'))} order by "id" limit $3`,
);

/** Up to `limit` events behind an id that were received more than `keepMs` ago, in the order of their ids. */
export async function walkGatewayEvents(
  tx: Transaction,
  { after, keepMs, limit }: { after: string; keepMs: number; limit: number },
): Promise<{ id: string; hasBody: boolean }[]> {
  return tx.query(walk, [after, keepMs, limit]);
}

const lock = statement(
  'lock_gateway_event_bodies',
  `
  select "id", "decided_at" as "decidedAt", coalesce("decided_at" <= ${timeOver('$2')}, false) as "isOver"
  from "commerce"."gateway_events" where "id" = any($1::uuid[]) for update skip locked`,
);

/** An event that was locked. `isOver` tells whether it was decided more than `keepMs` ago. */
export type LockedBody = { id: string; decidedAt: Date | null; isOver: boolean };

/** Locks events. Those that another transaction has locked are left out. */
export async function lockGatewayEventBodies(
  tx: Transaction,
  ids: readonly string[],
  keepMs: number,
): Promise<LockedBody[]> {
  return ids.length === 0 ? [] : tx.query(lock, [uuids(ids), keepMs]);
}

const clear = statement(
  'clear_gateway_event_bodies',
  `update "commerce"."gateway_events" set "raw_body" = null where "id" = any($1::uuid[])`,
);

/** Removes the raw bodies of locked events. What they told is in the other columns, the fingerprint too. */
export function clearGatewayEventBodies(tx: Transaction, ids: readonly string[]): void {
  if (ids.length > 0) tx.send(clear, [uuids(ids)]);
}

const dueLate = statement(
  'due_late_gateway_event_bodies',
  `
  select "gateway_event_id" as "id" from "commerce"."late_gateway_event_bodies"
  where "since" <= ${timeOver('$1')} order by "since" limit $2`,
);

/** Up to `limit` events whose late bodies may be over. */
export async function readLateBodies(tx: Transaction, keepMs: number, limit: number): Promise<string[]> {
  return (await tx.query<{ id: string }>(dueLate, [keepMs, limit])).map(({ id }) => id);
}

const keep = statement(
  'keep_late_gateway_event_bodies',
  `
  insert into "commerce"."late_gateway_event_bodies" ("gateway_event_id", "since")
  select given."id", coalesce(given."decided_at", clock_timestamp())
  from unnest($1::uuid[], $2::timestamptz[]) as given ("id", "decided_at")
  on conflict ("gateway_event_id") do update set "since" = excluded."since"`,
);

/**
 * Remembers events with a body that isn't over yet. Their time counts from the decision, or from now at the earliest
 * for an event that has none.
 */
export function keepLateBodies(tx: Transaction, late: readonly LockedBody[]): void {
  if (late.length === 0) return;
  tx.send(keep, [uuids(late.map(({ id }) => id)), timesOf(late.map(({ decidedAt }) => decidedAt))]);
}

const timesOf = arrayOf('timestamp (3) with time zone');

const forget = statement(
  'forget_late_gateway_event_bodies',
  `delete from "commerce"."late_gateway_event_bodies" where "gateway_event_id" = any($1::uuid[])`,
);

/** Forgets late bodies that were removed. */
export function forgetLateBodies(tx: Transaction, ids: readonly string[]): void {
  if (ids.length > 0) tx.send(forget, [uuids(ids)]);
}

/** SQL for the time from which the oldest body counts that is there or was not looked at; null without one. */
export const oldestBodyFrom = `least((select min("since") from "commerce"."late_gateway_event_bodies"),
    (select "received_at" from "commerce"."gateway_events" where "id" > coalesce(
      (select "walked_to" from "commerce"."retention_rules" where "name" = 'gateway_event_bodies'),
      '00000000-0000-0000-0000-000000000000') order by "id" limit 1))`;
