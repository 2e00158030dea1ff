import { statement, type Database } from '@commerce-core/pg-pipeline';
import type { AggregateType, Event } from './event.ts';
import type { EventType } from './payloads.ts';

/** An event of the log with its position. */
export type PositionedEvent = Event & { position: number; epoch: number };

/** Which events to read; without a field, all. */
export type EventFilter = {
  types?: readonly EventType[] | undefined;
  aggregateType?: AggregateType | undefined;
  aggregateId?: string | undefined;
};

/** The end of the log as its readers see it. */
export type LogEnd = {
  /** The last position; 0 in a log without events. */
  last: number;
  epoch: number;
  /** The first position of the epoch after the asked one; null when the asked epoch is the latest. */
  nextFirst: number | null;
};

// The statements have no name: they are planned each time, for the tables as they are then.
// Nearly all positions belong to the latest epoch, which is looked up once a statement; the others cost a search each.
const latestEpoch = (column: string) => `(select ${column} from "commerce"."event_epochs" order by epoch desc limit 1)`;
const columns = `p.position, case when p.position >= ${latestEpoch('first_position')} then ${latestEpoch('epoch')}
    else (select max(epoch) from "commerce"."event_epochs" where first_position <= p.position) end as epoch,
  e.id, e.aggregatetype, e.aggregateid, e.version, e.type, e.payload, e.created_at as "createdAt", e.traceparent,
    e.actor`;
const joined = `join "commerce"."events" e on e.id = p.event_id`;

/** SQL for the last position; 0 in a log without events. */
export const lastPosition = `coalesce((select position from "commerce"."event_positions" order by position desc
  limit 1), 0)`;

const readEnd = statement(
  'read_log_end',
  `select ${lastPosition} as last,
    coalesce((select epoch from "commerce"."event_epochs" order by epoch desc limit 1), 1) as epoch,
    (select min(first_position) from "commerce"."event_epochs" where epoch > $1::integer) as "nextFirst"`,
);
// Positions have no gap, so a part of them is a range.
const readAll = statement(
  'read_events_by_position',
  `select ${columns} from "commerce"."event_positions" p ${joined}
  where p.position > $1::bigint and p.position <= $2::bigint
    and ($3::text[] is null or p.type = any($3::text[])) and ($4::text is null or p.aggregatetype = $4::text)
  order by p.position limit $5::integer`,
);
// One order's or product's events are few, and are found by its id.
const readOfAggregate = statement(
  'read_events_of_aggregate_by_position',
  `select ${columns} from "commerce"."events" e join "commerce"."event_positions" p on p.event_id = e.id
  where e.aggregateid = $6::uuid and p.position > $1::bigint and p.position <= $2::bigint
    and ($3::text[] is null or p.type = any($3::text[])) and ($4::text is null or p.aggregatetype = $4::text)
  order by p.position limit $5::integer`,
);

const readAllBack = statement(
  'read_events_back_by_position',
  readAll.text.replace('order by p.position', 'order by p.position desc'),
);
const readOfAggregateBack = statement(
  'read_events_of_aggregate_back_by_position',
  readOfAggregate.text.replace('order by p.position', 'order by p.position desc'),
);

/** Reads the last position, and whether the epoch of a position is still the latest. */
export async function readLogEnd({ pool }: Pick<Database, 'pool'>, epoch: number): Promise<LogEnd> {
  const { rows } = await pool.query<LogEnd>({ text: readEnd.text, values: [epoch] });
  // A SELECT without FROM always returns one row.
  return rows[0]!;
}

/**
 * Reads up to `limit` events with positions above `after`, up to `upTo`, in the order of their positions, or the last
 * one first (`isBackward`).
 */
export async function readEventsByPosition(
  { pool }: Pick<Database, 'pool'>,
  after: number,
  upTo: number,
  limit: number,
  { types, aggregateType, aggregateId }: EventFilter = {},
  { isBackward = false } = {},
): Promise<PositionedEvent[]> {
  const values = [after, upTo, types ?? null, aggregateType ?? null, limit];
  const [ofAll, ofOne] = isBackward ? [readAllBack, readOfAggregateBack] : [readAll, readOfAggregate];
  const query =
    aggregateId === undefined ? { text: ofAll.text, values } : { text: ofOne.text, values: [...values, aggregateId] };
  return (await pool.query<PositionedEvent>(query)).rows;
}

const readAt = statement(
  'read_events_at_positions',
  `select ${columns} from "commerce"."event_positions" p ${joined} where p.position = any($1::bigint[])
    order by p.position`,
);

/** Reads the events at these positions, in the order of their positions. */
export async function readEventsAt(
  { pool }: Pick<Database, 'pool'>,
  positions: readonly number[],
): Promise<PositionedEvent[]> {
  return (await pool.query<PositionedEvent>({ text: readAt.text, values: [positions] })).rows;
}
