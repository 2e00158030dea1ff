import { connect } from './connect.ts';
import { withTransaction } from './transaction.ts';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';
import { type Database } from '@commerce-core/pg-pipeline';

let shop: TestShop;
let database: Database;
beforeAll(async () => {
  shop = await createTestShop();
  // One connection, so that what one transaction leaves behind on it is met by the next.
  database = connect({ url: shop.database.url, poolMax: 1 });
});
afterAll(async () => {
  await database.close();
  await shop.close();
});

const one = { name: 'one_of_a_test', text: 'select $1::int as "n"' };
const two = {
  name: 'two_of_a_test',
  text: `select $1::text as "t", '{"a": [1]}'::jsonb as "j", 5::bigint as "big", null as "none"`,
};
const broken = { name: 'broken_of_a_test', text: 'select 1 / $1::int as "n"' };

test('statements of one tick are written at once and answered at once, each with its own rows', async () => {
  const client = await database.writers.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  client.release();
  await withTransaction(database, async (tx) => {
    await tx.began;
    const asked = async () => Promise.all([tx.query(one, [1]), tx.query(two, ['x']), tx.query(one, [2])]);
    let reads = 0;
    const count = () => {
      reads += 1;
    };
    stream.on('data', count);
    expect(await asked()).toEqual([[{ n: 1 }], [{ t: 'x', j: { a: [1] }, big: 5, none: null }], [{ n: 2 }]]);
    // The columns are known from before.
    expect(await asked()).toEqual([[{ n: 1 }], [{ t: 'x', j: { a: [1] }, big: 5, none: null }], [{ n: 2 }]]);
    stream.off('data', count);
    expect(reads).toBe(2);
  });
});

test('after a statement that fails those behind it are not run, and fail with its fault', async () => {
  const productId = await shop.createTestProduct();
  const raise = {
    name: 'raise_of_a_test',
    text: 'update "commerce"."stocks" set "available_qty" = 0 where "product_id" = $1::uuid',
  };
  const seen: PromiseSettledResult<unknown>[] = [];
  const work = withTransaction(database, async (tx) => {
    seen.push(...(await Promise.allSettled([tx.query(one, [1]), tx.query(broken, [0]), tx.query(raise, [productId])])));
    return 'swallowed';
  });
  await expect(work).rejects.toThrow('division by zero');
  expect(seen).toMatchObject([
    { status: 'fulfilled', value: [{ n: 1 }] },
    { reason: { code: '22012' } },
    { reason: { code: '22012' } },
  ]);
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('statements first sent with, or behind, one that failed work the next time on that connection', async () => {
  const fresh = { name: 'fresh_of_a_test', text: 'select $1::int + 1 as "n"' };
  let runs = 0;
  const failing = withTransaction(database, async (tx) => {
    runs += 1;
    await Promise.all([tx.query(broken, [0]), tx.query(fresh, [1])]);
  });
  await expect(failing).rejects.toThrow('division by zero');
  const again = await withTransaction(database, async (tx) => {
    runs += 1;
    return Promise.all([tx.query(broken, [1]), tx.query(fresh, [1])]);
  });
  expect(again).toEqual([[{ n: 1 }], [{ n: 2 }]]);
  expect(runs).toBe(2);
});

test('a statement that the server has forgotten is parsed again, and the transaction run again', async () => {
  await withTransaction(database, async (tx) => tx.query(one, [1]));
  await withTransaction(database, async (tx) => tx.db.execute('deallocate all'));
  expect(await withTransaction(database, async (tx) => tx.query(one, [7]))).toEqual([{ n: 7 }]);
});

test('Drizzle’s statements keep their place among the others', async () => {
  const productId = await shop.createTestProduct();
  const set = { name: 'set_of_a_test', text: 'update "commerce"."products" set "name" = $1 where "id" = $2' };
  const names = await withTransaction(database, async (tx) => {
    tx.send(set, ['first', productId]);
    const between = await tx.db.execute<{ name: string }>(
      `select name from commerce.products where id = '${productId}'`,
    );
    tx.send(set, ['second', productId]);
    const after = await tx.db.execute<{ name: string }>(`select name from commerce.products where id = '${productId}'`);
    return [between.rows[0]!.name, after.rows[0]!.name];
  });
  expect(names).toEqual(['first', 'second']);
});

test('a whole order goes through without named statements, which leave nothing behind on the connection', async () => {
  const unnamed = await createTestShop({ connect: { preparedStatements: false, poolMax: 1 } });
  try {
    const productId = await unnamed.createTestProduct();
    const { orderId, payment } = await unnamed.createPendingOrder({ [productId]: 2 });
    expect(await unnamed.sendWebhook('AUTHORIZED', payment)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'order_paid',
    });
    await unnamed.commerce.cancelOrder({ orderId });
    expect(await unnamed.readStock(productId)).toEqual([10, 0]);
    for (const pool of [unnamed.database.pool, unnamed.database.writers]) {
      expect((await pool.query('select name from pg_prepared_statements')).rows).toEqual([]);
    }
  } finally {
    await unnamed.close();
  }
});

test('with named statements the connection keeps them', async () => {
  await withTransaction(database, async (tx) => tx.query(one, [1]));
  const { rows } = await database.writers.query('select name from pg_prepared_statements where name = $1', [one.name]);
  expect(rows).toHaveLength(1);
});
