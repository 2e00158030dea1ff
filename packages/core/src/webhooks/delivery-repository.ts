import { and, eq, gte, lte, sql, type SQL } from 'drizzle-orm';
import {
  arrayOf,
  insertion,
  selection,
  statement,
  uuids,
  type Database,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import { timeOver } from '../due-work/time-over.ts';
import type { Delivery } from './delivery.ts';
import { webhookDeliveries } from './tables.ts';

const upsert = insertion(
  webhookDeliveries,
  [],
  `
  on conflict ("endpoint_id", "position") do update set "status" = excluded."status", "holds" = excluded."holds",
    "announced" = excluded."announced", "attempts" = excluded."attempts", "due_at" = excluded."due_at",
    "updated_at" = excluded."updated_at"`,
);

const remove = statement(
  'delete_webhook_deliveries',
  `delete from "commerce"."webhook_deliveries" where "endpoint_id" = $1 and "position" = any($2::bigint[])`,
);

const announce = statement(
  'announce_webhook_gaps',
  `
  update "commerce"."webhook_deliveries" set "announced" = true
  where "endpoint_id" = $1 and "aggregateid" = any($2::uuid[]) and "status" = 'PARKED' and not "announced"`,
);

const bigints = arrayOf('bigint');

/**
 * Changes failed deliveries of an endpoint. `announced` lists aggregates whose subscribers know of the PARKED events.
 */
export function writeDeliveries(
  tx: Transaction,
  endpointId: string,
  { deleted, rows, announced }: { deleted: readonly number[]; rows: readonly Delivery[]; announced: readonly string[] },
): void {
  // An aggregate's row may make room for the row of its next event.
  if (deleted.length > 0) tx.send(remove, [endpointId, bigints(deleted)]);
  upsert(tx, rows);
  if (announced.length > 0) tx.send(announce, [endpointId, uuids(announced)]);
}

const due = selection(
  'due_webhook_deliveries',
  webhookDeliveries,
  `
  where t."endpoint_id" = $1 and t."status" = 'RETRYING' and t."due_at" <= now() and t."position" <> all($2::bigint[])
  order by t."due_at" limit $3`,
);

/** Failed deliveries of an endpoint that are due, without those at the positions `known`. */
export async function readDueDeliveries(
  tx: Transaction,
  endpointId: string,
  known: readonly number[],
  limit: number,
): Promise<Delivery[]> {
  return due(tx, [endpointId, bigints(known), limit]);
}

const state = statement(
  'state_of_webhook_deliveries',
  `
  select "aggregateid" as "aggregateId", "event_id" as "eventId", "holds" from "commerce"."webhook_deliveries"
  where "endpoint_id" = $1 and ("holds" or ("status" = 'PARKED' and not "announced")) order by "position"`,
);

/** The aggregates whose events wait for a failing one, and the PARKED events that no later event has named yet. */
export async function readDeliveryState(
  tx: Transaction,
  endpointId: string,
): Promise<{ aggregateId: string; eventId: string; holds: boolean }[]> {
  return tx.query(state, [endpointId]);
}

/** Which PARKED deliveries are meant; all conditions must hold. */
export type ParkedFilter = {
  endpointId: string;
  eventId?: string;
  from?: number;
  to?: number;
  since?: Date;
};

const rows = webhookDeliveries;

/** Which rows of a status are meant. */
const matching = (
  status: Delivery['status'],
  { endpointId, eventId, from, to, since }: ParkedFilter,
): SQL | undefined =>
  and(
    eq(rows.endpointId, endpointId),
    eq(rows.status, status),
    eventId === undefined ? undefined : eq(rows.eventId, eventId),
    from === undefined ? undefined : gte(rows.position, from),
    to === undefined ? undefined : lte(rows.position, to),
    since && gte(rows.updatedAt, since),
  );

/**
 * Makes PARKED deliveries due at once. They hold no later events, which were delivered. Returns how many there were.
 */
export async function redriveParked(tx: Transaction, filter: ParkedFilter): Promise<number> {
  const redriven = await tx.db
    .update(rows)
    .set({ status: 'RETRYING', attempts: 0, dueAt: sql`now()`, announced: false, updatedAt: tx.now })
    .where(matching('PARKED', filter))
    .returning({ position: rows.position });
  return redriven.length;
}

/** Makes failed deliveries that wait for their next attempt due at once. Returns how many there were. */
export async function hastenRetrying(tx: Transaction, filter: Omit<ParkedFilter, 'since'>): Promise<number> {
  const hastened = await tx.db
    .update(rows)
    .set({ dueAt: sql`now()`, updatedAt: tx.now })
    .where(matching('RETRYING', filter))
    .returning({ position: rows.position });
  return hastened.length;
}

/** Adds deliveries of events that were delivered before; those that have a row keep it. Returns how many were added. */
export async function insertRedriven(tx: Transaction, redriven: readonly Delivery[]): Promise<number> {
  if (redriven.length === 0) return 0;
  const inserted = await tx.db
    .insert(webhookDeliveries)
    .values([...redriven])
    .onConflictDoNothing()
    .returning({ position: webhookDeliveries.position });
  return inserted.length;
}

/** Deletes the failed deliveries of an endpoint at or behind a position. */
export async function deleteDeliveriesFrom(tx: Transaction, endpointId: string, from: number): Promise<void> {
  await tx.db
    .delete(webhookDeliveries)
    .where(and(eq(webhookDeliveries.endpointId, endpointId), gte(webhookDeliveries.position, from)));
}

const deleteParked = statement(
  'delete_old_parked_deliveries',
  `
  delete from "commerce"."webhook_deliveries" where ctid = any(array(
    select ctid from "commerce"."webhook_deliveries" where "status" = 'PARKED'
      and "updated_at" >= coalesce($3::timestamptz, '-infinity') and "updated_at" <= ${timeOver('$1')}
    order by "updated_at" limit $2 for update skip locked
  )) returning "updated_at" as "time"`,
);

/**
 * Deletes up to `limit` deliveries that were given up more than `keepMs` ago, the oldest first, from `walkedUntil` on.
 * Returns when they were given up.
 */
export async function deleteOldParkedDeliveries(
  tx: Transaction,
  { keepMs, limit, walkedUntil }: { keepMs: number; limit: number; walkedUntil: Date | null },
): Promise<{ time: Date }[]> {
  return tx.query(deleteParked, [keepMs, limit, walkedUntil?.toISOString() ?? null]);
}

/** SQL for the time at which the oldest PARKED delivery was given up; null without one. */
export const oldestParkedFrom = `(select min("updated_at") from "commerce"."webhook_deliveries"
  where "status" = 'PARKED')`;

/** Counts the RETRYING and the PARKED ones among the first 10,000 failed deliveries of all endpoints. */
export async function countDeliveries({ pool }: Pick<Database, 'pool'>): Promise<{ retrying: number; parked: number }> {
  const { rows } = await pool.query<{ retrying: number; parked: number }>(`
    select count(*) filter (where status = 'RETRYING')::integer as retrying,
      count(*) filter (where status = 'PARKED')::integer as parked
    from (select status from "commerce"."webhook_deliveries" limit 10000) t`);
  // An aggregate without GROUP BY always returns one row.
  return rows[0]!;
}
