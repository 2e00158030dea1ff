import { and, asc, inArray, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Transaction } from '@commerce-core/pg-pipeline';

type DueRows = { table: PgTable; id: PgColumn; dueAt: PgColumn; isDue: SQL | undefined; limit: number };

/**
 * The condition for the up to `limit` rows that have been due the longest, for a query that locks them `for update skip
 * locked`. Such rows need no lease: what is done with them commits in the transaction that holds the lock.
 */
export function longestDue(tx: Transaction, { table, id, dueAt, isDue, limit }: DueRows): SQL | undefined {
  const due = tx.db.select({ id }).from(table).where(isDue).orderBy(asc(dueAt)).limit(limit);
  // Checked again on the locked row: another transaction may have handled it between the two reads.
  return and(inArray(id, due), isDue);
}
