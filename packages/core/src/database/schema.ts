import { sql, type SQL } from 'drizzle-orm';
import { check, customType, pgSchema, timestamp, type AnyPgColumn } from 'drizzle-orm/pg-core';

/** The schema of all tables. `connect({ schema })` can rename it for a database. */
export const commerceSchema = pgSchema('commerce');

export const timestamptz = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** A transaction's 64-bit id, stored with events so that the sequencer finds those that have become visible. */
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** A snapshot: which transactions were visible at a time. */
export const pgSnapshot = customType<{ data: string }>({ dataType: () => 'pg_snapshot' });

/** The words by which a row is found, made by `searchWords`. */
export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/** Returns a CHECK that a text column has one of a state machine's states, as listed in code. */
export function oneOf(name: string, column: AnyPgColumn, values: readonly string[]) {
  return check(name, sql`${column} in (${sql.raw(quoted(values))})`);
}

export const quoted = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

export const inList = (column: AnyPgColumn, values: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(quoted(values))})`;
