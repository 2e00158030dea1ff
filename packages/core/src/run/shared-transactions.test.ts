import { randomUUID } from 'node:crypto';
import type { Database } from '@commerce-core/pg-pipeline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from '../database/connect.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { first, only } from '../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import { orderInput } from './shared-transactions.testing.ts';

let shop: TestShop;
let otherDatabase: Database;
beforeAll(async () => {
  shop = await createTestShop();
  otherDatabase = connect({ url: shop.database.url });
});
afterAll(async () => {
  await otherDatabase.close();
  await shop.close();
});

test('valid and invalid orders at the same time get their own results, and only valid ones reserve stock', async () => {
  const [plenty, scarce] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 3 }),
  ];
  const calls = Array.from({ length: 60 }, async (_, index) => {
    if (index % 3 === 0) return errorCodeOf(shop.commerce.placeOrder(orderInput(plenty, 2)));
    if (index % 3 === 1) return errorCodeOf(shop.commerce.placeOrder(orderInput(scarce)));
    return errorCodeOf(shop.commerce.placeOrder(orderInput(randomUUID())));
  });
  const codes = Map.groupBy(await Promise.all(calls), (code) => code);
  expect(codes.get('accepted')).toHaveLength(20 + 3);
  expect(codes.get('insufficient_stock')).toHaveLength(17);
  expect(codes.get('product_not_found')).toHaveLength(20);
  expect([await shop.readStock(plenty), await shop.readStock(scarce)]).toEqual([
    [1000, 40],
    [3, 3],
  ]);
});

test('a command that fails in the database fails alone, and the others of its batch succeed', async () => {
  await shop.database.pool.query(`
    create function commerce.fail_marked_order() returns trigger language plpgsql as $$
      begin if new.reference = 'fail' then raise exception 'a secret of the database'; end if; return new; end $$;
    create trigger fail_marked_order before insert on commerce.orders for each row execute function commerce.fail_marked_order()`);
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const settledCalls = await Promise.allSettled(
    Array.from({ length: 100 }, async (_, index) =>
      shop.commerce.placeOrder(orderInput(productId, 1, index % 25 === 7 ? 'fail' : undefined)),
    ),
  );
  await shop.database.pool.query('drop function commerce.fail_marked_order() cascade');
  expect(settledCalls.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7, 32, 57, 82]);
  expect(await shop.readStock(productId)).toEqual([1000, 96]);
});

test('lanes with overlapping products in opposite orders accept every order', async () => {
  const commerce = createCommerce({ database: shop.database, batching: { lanes: 4, commandsMax: 5 } });
  const ids = await Promise.all(Array.from({ length: 8 }, async () => shop.createTestProduct({ quantity: 1000 })));
  const codes = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const lines = ids.map((productId) => ({ productId, quantity: 1 }));
      return errorCodeOf(commerce.placeOrder({ customerId: 'c', lines: index % 2 ? lines : lines.toReversed() }));
    }),
  );
  expect(new Set(codes)).toEqual(new Set(['accepted']));
  for (const id of ids) expect(await shop.readStock(id)).toEqual([1000, 200]);
});

test('a reservation updates its stock rows in place and writes no index entry', async () => {
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const readCounters = async () => {
    const { rows } = await shop.database.pool.query<{ updates: number; inPlace: number }>(
      `select n_tup_upd::int as "updates", n_tup_hot_upd::int as "inPlace" from pg_stat_user_tables where relid = 'commerce.stocks'::regclass`,
    );
    return only(rows);
  };
  const before = await readCounters();
  for (let turn = 0; turn < 100; turn += 1) await shop.commerce.placeOrder(orderInput(productId));
  // PostgreSQL reports its counters with a delay of up to a second.
  const after = await vi.waitUntil(
    async () => {
      const now = await readCounters();
      return now.updates - before.updates >= 100 && now;
    },
    { timeout: 10_000, interval: 50 },
  );
  expect((after.inPlace - before.inPlace) / (after.updates - before.updates)).toBeGreaterThan(0.95);
});

test('two processes never oversell a hot product', async () => {
  const productId = await shop.createTestProduct({ quantity: 75 });
  const otherCommerce = createCommerce({ database: otherDatabase, batching: { lanes: 2 } });
  const codes = await Promise.all(
    Array.from({ length: 300 }, async (_, index) =>
      errorCodeOf((index % 2 === 0 ? shop.commerce : otherCommerce).placeOrder(orderInput(productId))),
    ),
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(75);
  expect(await shop.readStock(productId)).toEqual([75, 75]);
});

test('an order of 1,000 lines does not block small orders', async () => {
  const ids = await shop.createTestProducts(1000, 100);
  const hot = await shop.createTestProduct({ quantity: 1000 });
  const big = Array.from({ length: 3 }, async () =>
    errorCodeOf(
      shop.commerce.placeOrder({ customerId: 'c', lines: ids.map((productId) => ({ productId, quantity: 1 })) }),
    ),
  );
  const small = Array.from({ length: 200 }, async () => errorCodeOf(shop.commerce.placeOrder(orderInput(hot))));
  expect(new Set(await Promise.all([...big, ...small]))).toEqual(new Set(['accepted']));
  expect(await shop.readStock(first(ids))).toEqual([100, 3]);
});

test.each([
  ['before the server', false],
  ['during the commit', true],
])('a batch whose COMMIT is lost %s is committed once, and its callers get its outcome', async (_, deliver) => {
  const proxy = await openFaultInjectingProxy(shop.database.url);
  const database = connect({ url: proxy.url });
  const commerce = createCommerce({ database });
  const productId = await shop.createTestProduct({ quantity: 100 });
  await shop.database.pool.query(`
    create function commerce.slow_commit() returns trigger language plpgsql as $$ begin perform pg_sleep(0.02); return null; end $$;
    create constraint trigger slow_commit after insert on commerce.orders deferrable initially deferred
      for each row execute function commerce.slow_commit()`);
  const first = commerce.placeOrder(orderInput(productId));
  const rest = Array.from({ length: 20 }, async () => commerce.placeOrder(orderInput(productId)));
  await first;
  proxy.cutAt({ when: /commit\0/, deliver });
  const placed = await Promise.all(rest);
  await shop.database.pool.query('drop function commerce.slow_commit() cascade');
  expect(proxy.cuts()).toBe(1);
  for (const { id } of placed) expect((await shop.commerce.getOrder({ orderId: id })).status).toBe('CREATED');
  expect(await shop.readStock(productId)).toEqual([100, 21]);
  await database.close();
  await proxy.close();
});

test('a statement that was first sent after a failed one works in the next transaction', async () => {
  const singleConnection = connect({ url: shop.database.url, poolMax: 1 });
  const commerce = createCommerce({ database: singleConnection });
  const productId = await shop.createTestProduct();
  await shop.database.pool.query(`
    create function commerce.refuse_lines() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_lines before insert on commerce.order_lines for each row execute function commerce.refuse_lines()`);
  // The first order of the connection: every statement after the order lines is parsed in a failed transaction.
  await expect(commerce.placeOrder(orderInput(productId))).rejects.toThrow('no');
  await shop.database.pool.query('drop function commerce.refuse_lines() cascade');
  expect(await errorCodeOf(commerce.placeOrder(orderInput(productId)))).toBe('accepted');
  await singleConnection.close();
});

test('close completes the commands that were taken and rejects later ones', async () => {
  const commerce = createCommerce({ database: otherDatabase });
  const productId = await shop.createTestProduct({ quantity: 100 });
  const taken = Array.from({ length: 40 }, async () => errorCodeOf(commerce.placeOrder(orderInput(productId))));
  await Promise.resolve();
  await commerce.close();
  expect(new Set(await Promise.all(taken))).toEqual(new Set(['accepted']));
  expect(await errorCodeOf(commerce.placeOrder(orderInput(productId)))).toBe('overloaded');
});
