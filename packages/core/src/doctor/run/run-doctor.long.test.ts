import { expect, test } from 'vitest';
import { openTestDatabase } from '../../testing/test-database.ts';
import { writeManyOrders } from '../../testing/rows/many-orders.ts';
import { runDoctor } from './run-doctor.ts';

test('the doctor checks 100,000 orders within two minutes', async () => {
  const database = await openTestDatabase();
  try {
    await writeManyOrders(database, 100_000);
    // Measured: 9 s on two busy cores. A query that scans a table for each row of another would take hours.
    expect(await runDoctor(database, { withinMs: 120_000 })).toEqual([]);
  } finally {
    await database.drop();
  }
});
