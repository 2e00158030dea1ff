import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { anyOf } from './any-of.ts';
import type { Reader } from './page.ts';

/**
 * Which rows another transaction has locked at this moment, by id, and which transaction that is: a word to compare, no more.
 * Holds none itself when it answers.
 */
export async function readHeldRows(reader: Reader, id: PgColumn, ids: Iterable<string>): Promise<Map<string, string>> {
  const among: SQL = anyOf(id, ids);
  const { rows } = await reader.execute<{ id: string; holder: string }>(sql`
    with free as (select ${id} as id from ${id.table} where ${among} for update skip locked)
    select ${id} as id, ${id.table}.xmax::text as holder from ${id.table}
    where ${among} and ${id} not in (select free.id from free)`);
  return new Map(rows.map(({ id, holder }) => [id, holder]));
}
