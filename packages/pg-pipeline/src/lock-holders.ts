import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { anyOf } from './any-of.ts';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';

/**
 * Reads which rows another transaction has locked at this moment. Takes no lasting lock.
 * @param id the table's id column
 * @returns the ids of the locked rows, each with an id of the lock holder. Two reads that return the same holder mean
 * the same transaction; the text has no other meaning (it is the row's `xmax`).
 */
export async function readLockedRows(
  reader: NodePgDatabase,
  id: PgColumn,
  ids: Iterable<string>,
): Promise<Map<string, string>> {
  const among: SQL = anyOf(id, ids);
  const { rows } = await reader.execute<{ id: string; holder: string }>(sql`
    with free as (select ${id} as id from ${id.table} where ${among} for update skip locked)
    select ${id} as id, ${id.table}.xmax::text as holder from ${id.table}
    where ${among} and ${id} not in (select free.id from free)`);
  return new Map(rows.map(({ id, holder }) => [id, holder]));
}
