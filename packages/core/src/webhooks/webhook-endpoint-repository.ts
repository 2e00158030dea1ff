import { and, count, desc, eq, getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { arrayOf, selection, statement, type Transaction } from '@commerce-core/pg-pipeline';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { webhookDeliveries, webhookEndpoints } from './tables.ts';
import {
  disabledAfterMs,
  endpointLeaseMs,
  reportedAfterMs,
  type WebhookEndpoint,
  type WebhookEndpointStatus,
} from './webhook-endpoint.ts';

/** An endpoint's row, with what only its workers need. */
export type StoredEndpoint = typeof webhookEndpoints.$inferSelect;

const all = getTableColumns(webhookEndpoints);
const shown = {
  id: all.id,
  url: all.url,
  description: all.description,
  status: all.status,
  disabledReason: all.disabledReason,
  types: all.types,
  aggregateTypes: all.aggregateTypes,
  batchMax: all.batchMax,
  inFlightMax: all.inFlightMax,
  previousSecretUntil: all.previousSecretUntil,
  failingSince: all.failingSince,
  createdAt: all.createdAt,
  updatedAt: all.updatedAt,
};

/** An endpoint as operators see it, with how far it has got, and its failed deliveries. */
export type EndpointRow = WebhookEndpoint & { position: number; epoch: number; retrying: number; parked: number };

/** SQL for the epoch of a position; 0 before the first event. */
export const epochOf = (position: PgColumn): SQL<number> =>
  sql<number>`(select coalesce(max(epoch), 0) from "commerce"."event_epochs" where first_position <= ${position})`;

const failed = (status: string) =>
  sql<number>`(${count()} filter (where ${webhookDeliveries.status} = ${status}))::integer`;

const rowsOf = (reader: Reader) => {
  const failures = reader
    .select({
      endpointId: webhookDeliveries.endpointId,
      retrying: failed('RETRYING').as('retrying'),
      parked: failed('PARKED').as('parked'),
    })
    .from(webhookDeliveries)
    .groupBy(webhookDeliveries.endpointId)
    .as('failures');
  return reader
    .select({
      ...shown,
      position: all.position,
      epoch: epochOf(all.position),
      retrying: sql<number>`coalesce(${failures.retrying}, 0)`,
      parked: sql<number>`coalesce(${failures.parked}, 0)`,
    })
    .from(webhookEndpoints)
    .leftJoin(failures, eq(failures.endpointId, all.id));
};

export async function findEndpoint(reader: Reader, endpointId: string): Promise<EndpointRow | undefined> {
  const [row] = await rowsOf(reader).where(eq(all.id, endpointId));
  return row;
}

/** Endpoints, the newest first. */
export async function listEndpoints(
  reader: Reader,
  { status }: { status?: WebhookEndpointStatus | undefined },
  { cursor, limit }: PageRequest,
): Promise<EndpointRow[]> {
  return rowsOf(reader)
    .where(and(matches(all.status, status), after(all.id, cursor)))
    .orderBy(desc(all.id))
    .limit(limit);
}

/** An endpoint with its encrypted keys. */
export async function readStoredEndpoint(reader: Reader, endpointId: string): Promise<StoredEndpoint | undefined> {
  const [row] = await reader.select().from(webhookEndpoints).where(eq(all.id, endpointId));
  return row;
}

export async function insertEndpoint(tx: Transaction, row: typeof webhookEndpoints.$inferInsert): Promise<void> {
  await tx.db.insert(webhookEndpoints).values(row);
}

/** Locks an endpoint. Its worker can't write until the transaction ends. */
export async function lockEndpoint(tx: Transaction, endpointId: string): Promise<StoredEndpoint | undefined> {
  const [row] = await tx.db.select().from(webhookEndpoints).where(eq(all.id, endpointId)).for('update');
  return row;
}

/** Changes a locked endpoint. Its worker reads the endpoint again when `updatedAt` has changed. */
export async function updateEndpoint(
  tx: Transaction,
  endpointId: string,
  changes: Partial<typeof webhookEndpoints.$inferInsert>,
): Promise<void> {
  await tx.db
    .update(webhookEndpoints)
    .set({ updatedAt: tx.now, ...changes })
    .where(eq(all.id, endpointId));
}

/** Deletes an endpoint with its failed deliveries. Returns whether there was one. */
export async function deleteEndpoint(reader: Reader, endpointId: string): Promise<boolean> {
  const deleted = await reader.delete(webhookEndpoints).where(eq(all.id, endpointId)).returning({ id: all.id });
  return deleted.length > 0;
}

// Events to read, or a failed delivery that is due.
const hasWork = `(
    (not e."cursor_waits" and e."position" < coalesce((
      select p."position" from "commerce"."event_positions" p order by p."position" desc limit 1), 0))
    or exists (select from "commerce"."webhook_deliveries" d
      where d."endpoint_id" = e."id" and d."status" = 'RETRYING' and d."due_at" <= now()))`;

const isFree = `e."status" = 'ACTIVE' and (e."leased_until" is null or e."leased_until" <= now())
    and (e."not_before" is null or e."not_before" <= now())`;

/** SQL that is true when an endpoint has something to deliver and no worker. */
export const someEndpointIsDue = `exists (select from "commerce"."webhook_endpoints" e where ${isFree} and ${hasWork})`;

const claim = statement(
  'claim_webhook_endpoints',
  `
  update "commerce"."webhook_endpoints" t
  set "fence" = t."fence" + 1, "leased_until" = now() + $2::integer * interval '1 millisecond'
  from (
    select e."id" from "commerce"."webhook_endpoints" e where ${isFree} and ${hasWork}
    order by e."leased_until" nulls first limit $1 for update skip locked
  ) due
  where t."id" = due."id"
  returning ${Object.entries(all)
    .map(([field, { name }]) => `t."${name}" as "${field}"`)
    .join(', ')}`,
);

/** Leases up to `limit` endpoints that have something to deliver and no worker. */
export async function claimEndpoints(tx: Transaction, limit: number): Promise<StoredEndpoint[]> {
  return tx.query<StoredEndpoint>(claim, [limit, endpointLeaseMs]);
}

/** What a worker writes about an endpoint. */
export type Progress = Pick<
  StoredEndpoint,
  'id' | 'fence' | 'position' | 'done' | 'batchUntil' | 'cursorWaits' | 'notBefore' | 'inFlight' | 'failingSince'
> & { release: boolean };

const positions = arrayOf('bigint');

const progress = statement(
  'progress_of_webhook_endpoint',
  `
  update "commerce"."webhook_endpoints"
  set "position" = $3, "batch_until" = $4, "cursor_waits" = $5::integer = 1, "not_before" = $6,
    "in_flight" = least($7::integer, "in_flight_max"), "failing_since" = $8,
    "failing_level" = case when $8::timestamptz is null then 0 else "failing_level" end,
    "leased_until" = case when $9::integer = 1 then null else now() + $10::integer * interval '1 millisecond' end,
    "done" = $11::bigint[], "done_fence" = $2
  where "id" = $1 and "fence" = $2
  returning "status", "updated_at" as "updatedAt"`,
);

/**
 * Writes how far a worker has got, and renews its lease or ends it. Returns undefined, and writes nothing, when the
 * lease is another worker's by now, or the endpoint was deleted or rewound.
 */
export async function writeProgress(
  tx: Transaction,
  row: Progress,
): Promise<Pick<StoredEndpoint, 'status' | 'updatedAt'> | undefined> {
  const [written] = await tx.query<Pick<StoredEndpoint, 'status' | 'updatedAt'>>(progress, [
    row.id,
    row.fence,
    row.position,
    row.batchUntil,
    row.cursorWaits ? 1 : 0,
    row.notBefore?.toISOString() ?? null,
    row.inFlight,
    row.failingSince?.toISOString() ?? null,
    row.release ? 1 : 0,
    endpointLeaseMs,
    positions(row.done),
  ]);
  return written;
}

const reportPause = `case "failing_level" ${reportedAfterMs
  .map((ms, level) => `when ${level} then interval '${ms} milliseconds'`)
  .join(' ')} else interval '${disabledAfterMs} milliseconds' end`;

const isFailing = `"status" = 'ACTIVE' and "failing_since" <= now() - ${reportPause}`;

/** SQL that is true when an endpoint has failed for so long that it must be reported or disabled. */
export const someEndpointIsFailing = `exists (select from "commerce"."webhook_endpoints" where ${isFailing})`;

const lockFailing = selection(
  'lock_failing_webhook_endpoints',
  webhookEndpoints,
  `where ${isFailing.replaceAll('"status"', 't."status"')} order by t."id" limit $1 for update skip locked`,
);

/** Locks up to `limit` endpoints that have failed for so long that they must be reported or disabled. */
export const lockFailingEndpoints = async (tx: Transaction, limit: number): Promise<StoredEndpoint[]> =>
  lockFailing(tx, [limit]);

/**
 * The position before the first event that was recorded at this time or later. An event's time is that of the beginning
 * of its transaction, so positions aren't quite in the order of times; no such event stands before the position.
 */
export async function readPositionAt(reader: Reader, time: Date): Promise<number> {
  const { rows } = await reader.execute<{ position: number }>(sql`
    select coalesce(
      (select p.position - 1 from "commerce"."event_positions" p join "commerce"."events" e on e.id = p.event_id
       where e.created_at >= ${time.toISOString()} order by p.position limit 1),
      (select max(position) from "commerce"."event_positions"), 0) as position`);
  return Number(rows[0]?.position ?? 0);
}

/** The position of an event; undefined when it has none, or there is no such event. */
export async function readPositionOf(reader: Reader, eventId: string): Promise<number | undefined> {
  const { rows } = await reader.execute<{ position: number }>(
    sql`select position from "commerce"."event_positions" where event_id = ${eventId}`,
  );
  return rows[0] && Number(rows[0].position);
}
