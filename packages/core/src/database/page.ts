import type { NodePgDatabase } from 'drizzle-orm/node-postgres';

/** Anything that reads: the pool, or an open transaction's connection. */
export type Reader = NodePgDatabase;

/** One page of a list, newest first where ids order it; `nextCursor` asks for the next one, null on the last. */
export type Page<T> = { items: T[]; nextCursor: string | null };

export type PageRequest = { cursor?: string | undefined; limit: number };

/** A page out of up to `limit + 1` rows: the row too many only tells that there is a next page. */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
