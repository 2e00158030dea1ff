import { sql } from 'drizzle-orm';
import { check, integer, jsonb } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz } from '../database/schema.ts';

/** The doctor's last run, for metrics. One row. */
export const doctorRuns = commerceSchema.table(
  'doctor_runs',
  {
    id: integer('id').primaryKey(),
    ranAt: timestamptz('ran_at').notNull(),
    tookMs: integer('took_ms').notNull(),
    /** How many rows break the invariant of each check. */
    counts: jsonb('counts').$type<Record<string, number>>().notNull(),
  },
  (t) => [check('doctor_runs_one_row', sql`${t.id} = 1 and ${t.tookMs} >= 0`)],
);
