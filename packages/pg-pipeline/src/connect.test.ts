import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectForTest, createItemsDatabase, type ItemsDatabase } from './testing/items-database.ts';

let database: ItemsDatabase;
beforeAll(async () => {
  database = await createItemsDatabase();
});
afterAll(() => database.drop());

test.each(['Shop', 'a"b', 'a b', ''])('the schema name %j is rejected before anything is sent', (schema) => {
  expect(() => connectForTest(database.url, { schema })).toThrow('schema name');
});

test('statements run on the schema that connect names instead of the one in their text', async () => {
  await database.pool.query('create schema other; create table other.items (id text primary key, quantity integer)');
  const other = connectForTest(database.url, { schema: 'other' });
  await other.pool.query(`insert into "test"."items" values ('1', 7)`);
  expect((await database.pool.query('select * from other.items')).rows).toEqual([{ id: '1', quantity: 7 }]);
  expect(await database.readQuantity('1')).toBeUndefined();
  await other.close();
});

test.each([
  ['2026-11-23 04:18:17.123', 'UTC', '2026-11-23T04:18:17.123Z'],
  ['2026-11-23 04:18:17', 'UTC', '2026-11-23T04:18:17.000Z'],
  ['2026-11-23 04:18:17.1', 'Asia/Seoul', '2026-11-22T19:18:17.100Z'],
  ['2026-11-23 04:18:17.12', 'Asia/Kolkata', '2026-11-22T22:48:17.120Z'],
  ['0099-01-01 00:00:00 BC', 'UTC', '-000098-01-01T00:00:00.000Z'],
  ['12026-11-23 04:18:17', 'UTC', '+012026-11-23T04:18:17.000Z'],
])('the time %s of a session in %s is read as that instant', async (text, zone, instant) => {
  const client = await database.pool.connect();
  try {
    await client.query(`begin; set local timezone = '${zone}'`);
    expect((await client.query(`select '${text}'::timestamptz as time`)).rows[0].time.toISOString()).toBe(instant);
    expect((await client.query(`select 'infinity'::timestamptz as time`)).rows[0].time).toBe(Infinity);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
