import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { readOldestDue } from './oldest-due.ts';

let database: TestDatabase;
beforeAll(async () => (database = await openTestDatabase()));
afterAll(() => database?.drop());

test('each kind is read from an index, however many rows its table has', async () => {
  const said: string[] = [];
  // What the server would do for the query that is really sent.
  const pool = { query: async (text: string) => explain(text) } as never;
  const explain = async (text: string) => {
    const client = await database.pool.connect();
    try {
      await client.query('begin; set local enable_seqscan = off; set local enable_bitmapscan = off');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`);
      said.push(...rows.map((row) => row['QUERY PLAN']));
      await client.query('rollback');
    } finally {
      client.release();
    }
    return { rows: [] };
  };
  await readOldestDue({ pool });
  expect(said.filter((line) => line.includes('Seq Scan'))).toEqual([]);
  expect(said.filter((line) => line.includes('Index'))).not.toEqual([]);
});
