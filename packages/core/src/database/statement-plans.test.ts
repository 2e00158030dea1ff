import { afterAll, beforeAll, expect, test } from 'vitest';
// Whoever is imported registers its statements.
import '../commerce.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';
import { statement, statements } from '@commerce-core/pg-pipeline';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

test.each([...statements])('%s finds its rows by an index, however many there are', async (_, text) => {
  const client = await database.pool.connect();
  try {
    // With scans forbidden one is still planned where no index could serve.
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

test('one name has one text', () => {
  const { name, text } = statement('of_a_test', 'select 1');
  expect(statement(name, text)).toEqual({ name, text });
  expect(() => statement(name, 'select 2')).toThrow('of_a_test');
});
