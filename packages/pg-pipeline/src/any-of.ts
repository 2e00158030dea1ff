import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** `column = any(ids)` with one array parameter: the same text for any number of ids. */
export const anyOf = (column: PgColumn, ids: Iterable<string>): SQL =>
  sql`${column} = any(${sql.param([...ids])}::${sql.raw(column.getSQLType())}[])`;
