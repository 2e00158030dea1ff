import { sql, type SQL } from 'drizzle-orm';
import { check, customType, pgSchema, timestamp, type AnyPgColumn } from 'drizzle-orm/pg-core';

/** The schema that all tables live in. `connect({ schema })` can rename it per database (see schema-name.ts). */
export const commerceSchema = pgSchema('commerce');

export const timestamptz = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** A transaction's 64-bit id, kept with events so that a reader can fence itself behind unfinished transactions. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** CHECK that a text column holds one of a state machine's states: the table in code is the only list. */
export function oneOf(name: string, column: AnyPgColumn, values: readonly string[]) {
  return check(name, sql`${column} in (${sql.raw(quoted(values))})`);
}

export const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

export const inList = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(quoted(values))})`;
