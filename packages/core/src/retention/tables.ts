import { sql } from 'drizzle-orm';
import { bigint, check, index, text, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { retentionRuleNames, retentionRules } from './retention-rule.ts';

/** The rules of retention: when each looks for rows again. The row's lock makes its worker the only one. */
export const retentionRuleRows = commerceSchema.table(
  'retention_rules',
  {
    name: text('name').primaryKey(),
    // The time of the last worker's configuration, for the doctor.
    keepMs: bigint('keep_ms', { mode: 'number' }),
    dueAt: timestamptz('due_at').notNull(),
    // For a rule that walks through a table in the order of its ids: every row up to this id was looked at.
    walkedTo: uuid('walked_to'),
    // While a rule deletes a backlog in the order of a time: what is before this time was deleted. The index still has
    // the deleted rows for as long as an old transaction is open, and the next batch doesn't read them again.
    walkedUntil: timestamptz('walked_until'),
  },
  (t) => [
    oneOf(
      'retention_rules_name_known',
      t.name,
      retentionRuleNames.map((rule) => retentionRules[rule].name),
    ),
    check('retention_rules_keep_ms_positive', sql`${t.keepMs} > 0`),
    index('retention_rules_due').on(t.dueAt),
  ],
);
