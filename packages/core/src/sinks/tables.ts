import { sql } from 'drizzle-orm';
import { bigint, check, integer, text } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz } from '../database/schema.ts';

/** How far each event sink has got. The sink has every event up to `position` of `epoch`; 0 of 0 is the beginning. */
export const eventSinks = commerceSchema.table(
  'event_sinks',
  {
    name: text('name').primaryKey(),
    epoch: integer('epoch').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    /** Counts claims. A worker writes only while the number of its claim is the last. */
    claim: integer('claim').notNull(),
    attempts: integer('attempts').notNull(),
    /** When the sink can be claimed: the end of a lease, or of a pause after a failure. */
    dueAt: timestamptz('due_at').notNull(),
    failure: text('failure'),
    publishedAt: timestamptz('published_at'),
  },
  (t) => [
    check('event_sinks_name_plain', sql`${t.name} ~ '^[a-z][a-z0-9-]{0,49}$'`),
    check(
      'event_sinks_positive',
      sql`${t.epoch} >= 0 and ${t.position} >= 0 and ${t.claim} >= 0 and ${t.attempts} >= 0`,
    ),
    check('event_sinks_failure_short', sql`char_length(${t.failure}) <= 500`),
  ],
);
