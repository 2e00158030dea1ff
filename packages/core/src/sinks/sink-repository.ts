import { statement, type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { leaseEnd } from '../due-work/lease.ts';
import { lastPosition } from '../events/feed-repository.ts';
import { positionText, type Position } from '../events/position.ts';
import type { SinkCursor, SinkStatus } from './sink.ts';

const table = `"commerce"."event_sinks"`;
const columns = `"name", "epoch", "position", "claim", "attempts"`;

/**
 * SQL for the names of those sinks that have something to publish. `parameter` holds the configured sinks, like `$1`. A
 * position above the last one is that of a log that was restored.
 */
export const sinksWithDueEvents = (parameter: string): string => `array(
    select given.name from unnest(${parameter}::text[]) as given (name) left join ${table} s on s."name" = given.name
    where s."name" is null or (s."due_at" <= now() and s."position" <> ${lastPosition}))`;

const open = statement(
  'open_event_sink',
  `insert into ${table} ("name", "epoch", "position", "claim", "attempts", "due_at")
  values ($1, 0, 0, 0, 0, date_trunc('milliseconds', now())) on conflict ("name") do nothing`,
);
const claim = statement(
  'claim_event_sink',
  `update ${table} set "claim" = "claim" + 1, "due_at" = ${leaseEnd('$2')}
  where "name" = $1 and "due_at" <= now() returning ${columns}`,
);

/** Claims a sink for `leaseMs`. Returns undefined while another worker has it, or it pauses after a failure. */
export async function claimSink(tx: Transaction, name: string, leaseMs: number): Promise<SinkCursor | undefined> {
  tx.send(open, [name]);
  return (await tx.query<SinkCursor>(claim, [name, leaseMs]))[0];
}

const advance = statement(
  'advance_event_sink',
  `update ${table} set "epoch" = $3, "position" = $4, "attempts" = 0, "failure" = null, "due_at" = ${leaseEnd('$5')},
    "published_at" = case when "position" = $4 then "published_at" else now() end
  where "name" = $1 and "claim" = $2 returning "claim"`,
);

/**
 * Moves a claimed sink's cursor, and ends its lease in `leaseMs`, 0 for now. Returns false when another worker has
 * claimed the sink, and its cursor is that worker's.
 */
export async function advanceSink(
  tx: Transaction,
  { name, claim: held }: SinkCursor,
  { epoch, number }: Position,
  leaseMs: number,
): Promise<boolean> {
  return (await tx.query(advance, [name, held, epoch, number, leaseMs])).length > 0;
}

const extend = statement(
  'extend_event_sink_lease',
  `update ${table} set "due_at" = ${leaseEnd('$3')} where "name" = $1 and "claim" = $2`,
);

/** Extends the lease of a claimed sink. */
export function extendSinkLease(tx: Transaction, { name, claim: held }: SinkCursor, leaseMs: number): void {
  tx.send(extend, [name, held, leaseMs]);
}

const fail = statement(
  'fail_event_sink',
  `update ${table} set "attempts" = "attempts" + 1, "failure" = $3, "due_at" = ${leaseEnd('$4')}
  where "name" = $1 and "claim" = $2`,
);

/** Counts a failed attempt of a claimed sink, which is claimed again after `pauseMs`. */
export function failSink(tx: Transaction, { name, claim: held }: SinkCursor, failure: string, pauseMs: number): void {
  tx.send(fail, [name, held, failure, pauseMs]);
}

const rewind = statement(
  'rewind_event_sink',
  `update ${table} set "epoch" = $2, "position" = $3, "claim" = "claim" + 1, "attempts" = 0, "failure" = null,
    "due_at" = date_trunc('milliseconds', now())
  where "name" = $1 returning "name"`,
);

/** Moves a sink's cursor anywhere, and ends the claim of its worker. Returns false when there is no such sink. */
export async function rewindSink(tx: Transaction, name: string, { epoch, number }: Position): Promise<boolean> {
  return (await tx.query(rewind, [name, epoch, number])).length > 0;
}

const list = statement(
  'list_event_sinks',
  `select s."name", s."epoch", s."position", greatest(${lastPosition} - s."position", 0)::float8 as "lagEvents",
    coalesce(greatest(extract(epoch from now() - e.created_at), 0), 0)::float8 as "lagSeconds",
    s."attempts", s."failure", s."published_at" as "publishedAt"
  from unnest($1::text[]) as given (name) join ${table} s on s."name" = given.name
  left join "commerce"."event_positions" p on p.position = s."position" + 1
  left join "commerce"."events" e on e.id = p.event_id
  order by s."name"`,
);

type ListedSink = Omit<SinkStatus, 'position'> & { epoch: number; position: number };

/** Reads how far these sinks have got. A sink that has never been claimed isn't in the list. */
export async function listSinks({ pool }: Pick<Database, 'pool'>, names: readonly string[]): Promise<SinkStatus[]> {
  const { rows } = await pool.query<ListedSink>({ text: list.text, values: [names] });
  return rows.map(({ epoch, position, ...sink }) => ({ ...sink, position: positionText({ epoch, number: position }) }));
}
