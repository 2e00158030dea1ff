import { afterAll, beforeAll, expect, test } from 'vitest';
// Every imported module registers its statements.
import '../commerce.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { statements } from '@commerce-core/pg-pipeline';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test.each([...statements])('%s finds its rows by an index, however large the tables are', async (_, text) => {
  const client = await database.pool.connect();
  try {
    // Without an index for it, a statement's plan still has a scan.
    await client.query(
      `begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`,
    );
    const { rows } = await client.query(`explain (generic_plan) ${text}`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toMatch(/Seq Scan/);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
