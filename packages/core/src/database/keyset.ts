import { asc, desc, sql, type SQL } from 'drizzle-orm';

/** What places a row in a list: the values that the list is sorted by. The last one is unique. */
export type SortKey = readonly (string | number)[];

/** Up to `limit` rows behind the row with the key `after`, or from the beginning. */
export type KeysetRequest = { after: SortKey | undefined; limit: number };

/**
 * A sort by columns or expressions, all in one direction. Values of a cursor are sent as texts, so each has its type.
 */
export type KeysetSort = { by: readonly SQL[]; types: readonly string[]; descending: boolean };

/** The order of a sort. */
export const inOrder = ({ by, descending }: KeysetSort): SQL[] =>
  by.map((column) => (descending ? desc(column) : asc(column)));

/** SQL for whether a row is behind the key; no condition without a key. One comparison of rows follows an index. */
export function isBehind({ by, types, descending }: KeysetSort, after: SortKey | undefined): SQL | undefined {
  if (!after) return undefined;
  const values = after.map((value, index) => sql`${value}::${sql.raw(types[index] ?? 'text')}`);
  return sql`(${sql.join([...by], sql`, `)}) ${sql.raw(descending ? '<' : '>')} (${sql.join(values, sql`, `)})`;
}
