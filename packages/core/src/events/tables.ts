import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, pgSnapshot, timestamptz, xid8 } from '../database/schema.ts';
import type { Actor } from './actor.ts';
import { aggregateTypes, type AggregateType } from './event.ts';
import type { EventType } from './payloads.ts';

/**
 * The append-only log. Column names are those of Debezium's outbox event router. Readers follow `eventPositions`: an
 * unfinished transaction may still commit events with smaller ids.
 */
export const events = commerceSchema.table(
  'events',
  {
    id: uuid('id').primaryKey(),
    aggregatetype: text('aggregatetype').$type<AggregateType>().notNull(),
    aggregateid: uuid('aggregateid').notNull(),
    version: integer('version').notNull(),
    type: text('type').$type<EventType>().notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    xid: xid8('xid')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    createdAt: timestamptz('created_at').notNull(),
    traceparent: text('traceparent'),
    actor: jsonb('actor').$type<Actor>(),
  },
  (t) => [
    oneOf('events_aggregatetype_known', t.aggregatetype, aggregateTypes),
    check('events_type_past_tense', sql`${t.type} ~ '^[a-z]+\\.[a-z_]+$'`),
    check('events_version_positive', sql`${t.version} > 0`),
    unique('events_one_per_version').on(t.aggregateid, t.version),
    index('events_xid').on(t.xid, t.id),
  ],
);

/**
 * The order in which readers see the events. The sequencer gives each event a position when it has become visible:
 * positions run from 1 without a gap, an aggregate's versions in their order, and a position never changes.
 */
export const eventPositions = commerceSchema.table(
  'event_positions',
  {
    position: bigint('position', { mode: 'number' }).primaryKey(),
    eventId: uuid('event_id').notNull(),
    aggregatetype: text('aggregatetype').$type<AggregateType>().notNull(),
    aggregateid: uuid('aggregateid').notNull(),
    version: integer('version').notNull(),
    type: text('type').$type<EventType>().notNull(),
    /** In the last row of each turn of the sequencer: the snapshot whose events all have a position. */
    snapshot: pgSnapshot('snapshot'),
  },
  (t) => [
    unique('event_positions_one_per_event').on(t.eventId),
    check('event_positions_positive', sql`${t.position} > 0`),
  ],
);

/**
 * The histories of the log. A new epoch begins when the database was restored or another server took over: events with
 * higher positions than the epoch's first may have been lost, and their positions are given again. The row of the
 * latest epoch is what a sequencer locks.
 */
export const eventEpochs = commerceSchema.table(
  'event_epochs',
  {
    epoch: integer('epoch').primaryKey(),
    /** The server's system identifier, its timeline, and the object ids of the database and of the log's table. */
    systemIdentifier: text('system_identifier').notNull(),
    timeline: text('timeline').notNull(),
    databaseOid: bigint('database_oid', { mode: 'number' }).notNull(),
    tableOid: bigint('table_oid', { mode: 'number' }).notNull(),
    firstPosition: bigint('first_position', { mode: 'number' }).notNull(),
    startedAt: timestamptz('started_at').notNull(),
    /** While the log is scanned for events without a position: the next transaction to scan. */
    scanFrom: xid8('scan_from'),
    /** The snapshot at the begin of the last scan; new events are those that it doesn't show. */
    snapshot: pgSnapshot('snapshot').notNull(),
    /** The last position when the last scan ended. */
    scannedPosition: bigint('scanned_position', { mode: 'number' }).notNull(),
  },
  (t) => [check('event_epochs_positive', sql`${t.epoch} > 0 and ${t.firstPosition} > 0 and ${t.scannedPosition} >= 0`)],
);
