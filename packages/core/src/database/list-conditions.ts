import { eq, lt, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** That a column has the given value; no condition for undefined. */
export const matches = (column: PgColumn, value: string | undefined): SQL | undefined =>
  value === undefined ? undefined : eq(column, value);

/** That a row comes after the cursor in a list whose newest rows come first; no condition for the first page. */
export const after = (id: PgColumn, cursor: string | undefined): SQL | undefined =>
  cursor === undefined ? undefined : lt(id, cursor);
