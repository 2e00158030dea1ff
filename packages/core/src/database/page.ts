import type { NodePgDatabase } from 'drizzle-orm/node-postgres';

/** Drizzle on the pool or on an open transaction. */
export type Reader = NodePgDatabase;

/**
 * One page of a list, the newest item first when ids order it. `nextCursor` reads the next page; null on the last one.
 */
export type Page<T> = { items: T[]; nextCursor: string | null };

export type PageRequest = { cursor?: string | undefined; limit: number };

/** Returns a page of up to `limit + 1` rows; the last row only shows that there is a next page. */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
