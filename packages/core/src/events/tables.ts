import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz, xid8 } from '../database/schema.ts';
import { aggregateTypes, type AggregateType } from './event.ts';
import type { EventType } from './payloads.ts';

/**
 * The append-only log. Column names are those of Debezium's outbox event router. A reader takes only events with
 * `xid < pg_snapshot_xmin(pg_current_snapshot())`: an unfinished transaction may still commit events with smaller ids.
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
  },
  (t) => [
    oneOf('events_aggregatetype_known', t.aggregatetype, aggregateTypes),
    check('events_type_past_tense', sql`${t.type} ~ '^[a-z]+\\.[a-z_]+$'`),
    check('events_version_positive', sql`${t.version} > 0`),
    unique('events_one_per_version').on(t.aggregateid, t.version),
    index('events_xid').on(t.xid, t.id),
  ],
);
