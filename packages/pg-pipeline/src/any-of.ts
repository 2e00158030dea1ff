import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/**
 * Returns the condition `column = any(ids)`. The ids are one array parameter, so the statement's text is the same for
 * any number of them.
 */
export const anyOf = (column: PgColumn, ids: Iterable<string>): SQL =>
  sql`${column} = any(${sql.param([...ids])}::${sql.raw(column.getSQLType())}[])`;
