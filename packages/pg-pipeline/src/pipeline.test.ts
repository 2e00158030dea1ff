import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from './connect.ts';
import { connectForTest, createItemsDatabase, type ItemsDatabase } from './testing/items-database.ts';
import { withTransaction } from './with-transaction.ts';

let items: ItemsDatabase;
let database: Database;
beforeAll(async () => {
  items = await createItemsDatabase();
  // One connection, so that each transaction meets the prepared statements of those before it.
  database = connectForTest(items.url, { poolMax: 1 });
});
afterAll(async () => {
  await database.close();
  await items.drop();
});

const one = { name: 'one_of_a_test', text: 'select $1::int as "n"' };
const two = {
  name: 'two_of_a_test',
  text: `select $1::text as "t", '{"a": [1]}'::jsonb as "j", 5::bigint as "big", null as "none"`,
};
const failing = { name: 'failing_of_a_test', text: 'select 1 / $1::int as "n"' };

test('statements of one tick share one write and one answer, and each gets its own rows', async () => {
  const client = await database.writers.connect();
  // pg declares neither its connection nor the socket.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  client.release();
  await withTransaction(database, async (tx) => {
    await tx.began;
    const query = async () => Promise.all([tx.query(one, [1]), tx.query(two, ['x']), tx.query(one, [2])]);
    let reads = 0;
    const count = () => {
      reads += 1;
    };
    stream.on('data', count);
    expect(await query()).toEqual([[{ n: 1 }], [{ t: 'x', j: { a: [1] }, big: 5, none: null }], [{ n: 2 }]]);
    // The second time the connection knows the columns.
    expect(await query()).toEqual([[{ n: 1 }], [{ t: 'x', j: { a: [1] }, big: 5, none: null }], [{ n: 2 }]]);
    stream.off('data', count);
    expect(reads).toBe(2);
  });
});

test('statements behind a failed one do not run, and fail with the same error', async () => {
  const id = await items.createItem(10);
  const clear = { name: 'clear_of_a_test', text: 'update "test"."items" set "quantity" = 0 where "id" = $1' };
  const results: PromiseSettledResult<unknown>[] = [];
  const work = withTransaction(database, async (tx) => {
    results.push(...(await Promise.allSettled([tx.query(one, [1]), tx.query(failing, [0]), tx.query(clear, [id])])));
    return 'errors were caught';
  });
  await expect(work).rejects.toThrow('division by zero');
  expect(results).toMatchObject([
    { status: 'fulfilled', value: [{ n: 1 }] },
    { reason: { code: '22012' } },
    { reason: { code: '22012' } },
  ]);
  expect(await items.readQuantity(id)).toBe(10);
});

test('a statement first sent with or behind a failed one works the next time on that connection', async () => {
  const fresh = { name: 'fresh_of_a_test', text: 'select $1::int + 1 as "n"' };
  let runs = 0;
  const work = withTransaction(database, async (tx) => {
    runs += 1;
    await Promise.all([tx.query(failing, [0]), tx.query(fresh, [1])]);
  });
  await expect(work).rejects.toThrow('division by zero');
  const rows = await withTransaction(database, async (tx) => {
    runs += 1;
    return Promise.all([tx.query(failing, [1]), tx.query(fresh, [1])]);
  });
  expect(rows).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  expect(runs).toBe(2);
});

test('a prepared statement that the server has dropped is parsed again, and the transaction runs again', async () => {
  await withTransaction(database, async (tx) => tx.query(one, [1]));
  await withTransaction(database, async (tx) => tx.db.execute('deallocate all'));
  expect(await withTransaction(database, async (tx) => tx.query(one, [7]))).toEqual([{ n: 7 }]);
});

test('Drizzle’s statements run in their place among the others', async () => {
  const id = await items.createItem(0);
  const set = { name: 'set_of_a_test', text: 'update "test"."items" set "quantity" = $1 where "id" = $2' };
  const read = `select quantity from test.items where id = '${id}'`;
  const quantities = await withTransaction(database, async (tx) => {
    tx.send(set, [1, id]);
    const between = await tx.db.execute<{ quantity: number }>(read);
    tx.send(set, [2, id]);
    const after = await tx.db.execute<{ quantity: number }>(read);
    return [...between.rows, ...after.rows].map(({ quantity }) => quantity);
  });
  expect(quantities).toEqual([1, 2]);
});

test('a connection keeps prepared statements, and none with preparedStatements: false', async () => {
  const unprepared = connectForTest(items.url, { poolMax: 1, preparedStatements: false });
  const names = async ({ writers }: Database) =>
    (await writers.query('select name from pg_prepared_statements where name = $1', [one.name])).rows;
  for (const each of [database, unprepared]) await withTransaction(each, async (tx) => tx.query(one, [1]));
  expect(await names(database)).toEqual([{ name: one.name }]);
  expect(await names(unprepared)).toEqual([]);
  await unprepared.close();
});
