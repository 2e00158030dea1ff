import { connect } from '../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { openFaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
import { first, only } from '../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
let other: Database;
beforeAll(async () => {
  shop = await createTestShop();
  other = connect({ url: shop.database.url });
});
afterAll(async () => {
  await other.close();
  await shop.close();
});

const order = (productId: string, quantity = 1, reference?: string) => ({
  customerId: 'customer-1',
  lines: [{ productId, quantity }],
  ...(reference ? { reference } : {}),
});

test('accepted and refused orders of one batch get their own outcomes; only accepted ones reserve stock', async () => {
  const [plenty, scarce] = [
    await shop.createTestProduct({ quantity: 1000 }),
    await shop.createTestProduct({ quantity: 3 }),
  ];
  const calls = Array.from({ length: 60 }, async (_, index) => {
    if (index % 3 === 0) return errorCodeOf(shop.commerce.placeOrder(order(plenty, 2)));
    if (index % 3 === 1) return errorCodeOf(shop.commerce.placeOrder(order(scarce)));
    return errorCodeOf(shop.commerce.placeOrder(order(randomUUID())));
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

test('a command that makes a statement fail is the only one of its batch that fails', async () => {
  await shop.database.pool.query(`
    create function commerce.refuse_cursed() returns trigger language plpgsql as $$
      begin if new.reference = 'cursed' then raise exception 'a secret of the database'; end if; return new; end $$;
    create trigger refuse_cursed before insert on commerce.orders for each row
      execute function commerce.refuse_cursed()`);
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const settled = await Promise.allSettled(
    Array.from({ length: 100 }, async (_, index) =>
      shop.commerce.placeOrder(order(productId, 1, index % 25 === 7 ? 'cursed' : undefined)),
    ),
  );
  await shop.database.pool.query('drop function commerce.refuse_cursed() cascade');
  expect(settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([7, 32, 57, 82]);
  expect(await shop.readStock(productId)).toEqual([1000, 96]);
});

test('lanes that lock the same products in opposite orders don’t deadlock', async () => {
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

test('a reservation updates its stock row in place and writes no index', async () => {
  const productId = await shop.createTestProduct({ quantity: 1000 });
  const readCounters = async () => {
    const { rows } = await shop.database.pool.query<{ updates: number; inPlace: number }>(
      `select n_tup_upd::int as "updates", n_tup_hot_upd::int as "inPlace" from pg_stat_user_tables
        where relid = 'commerce.stocks'::regclass`,
    );
    return only(rows);
  };
  const before = await readCounters();
  for (let turn = 0; turn < 100; turn += 1) await shop.commerce.placeOrder(order(productId));
  // The server updates its statistics within a second.
  const after = await vi.waitUntil(
    async () => {
      const now = await readCounters();
      return now.updates - before.updates >= 100 && now;
    },
    { timeout: 60_000, interval: 50 },
  );
  expect((after.inPlace - before.inPlace) / (after.updates - before.updates)).toBeGreaterThan(0.95);
});

test('two processes never oversell a product', async () => {
  const productId = await shop.createTestProduct({ quantity: 75 });
  const otherCommerce = createCommerce({ database: other, batching: { lanes: 2 } });
  const codes = await Promise.all(
    Array.from({ length: 300 }, async (_, index) =>
      errorCodeOf((index % 2 === 0 ? shop.commerce : otherCommerce).placeOrder(order(productId))),
    ),
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(75);
  expect(await shop.readStock(productId)).toEqual([75, 75]);
});

test('orders of 1,000 lines don’t make small orders fail', async () => {
  const ids = await shop.createTestProducts(1000, 100);
  const hot = await shop.createTestProduct({ quantity: 1000 });
  const big = Array.from({ length: 3 }, async () =>
    errorCodeOf(
      shop.commerce.placeOrder({ customerId: 'c', lines: ids.map((productId) => ({ productId, quantity: 1 })) }),
    ),
  );
  const small = Array.from({ length: 200 }, async () => errorCodeOf(shop.commerce.placeOrder(order(hot))));
  expect(new Set(await Promise.all([...big, ...small]))).toEqual(new Set(['accepted']));
  expect(await shop.readStock(first(ids))).toEqual([100, 3]);
});

test.each([
  ['before the server', false],
  ['while the server commits', true],
])('a batch whose COMMIT is lost %s commits once, and each caller gets its order', async (_, deliver) => {
  const proxy = await openFaultInjectingProxy(shop.database.url);
  const database = connect({ url: proxy.url });
  const commerce = createCommerce({ database });
  const productId = await shop.createTestProduct({ quantity: 100 });
  await shop.database.pool.query(`
    create function commerce.slow_commit() returns trigger language plpgsql as $$
      begin perform pg_sleep(0.02); return null; end $$;
    create constraint trigger slow_commit after insert on commerce.orders deferrable initially deferred
      for each row execute function commerce.slow_commit()`);
  const first = commerce.placeOrder(order(productId));
  const rest = Array.from({ length: 20 }, async () => commerce.placeOrder(order(productId)));
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
  const lone = connect({ url: shop.database.url, poolMax: 1 });
  const commerce = createCommerce({ database: lone });
  const productId = await shop.createTestProduct();
  await shop.database.pool.query(`
    create function commerce.refuse_lines() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_lines before insert on commerce.order_lines for each row
      execute function commerce.refuse_lines()`);
  // On a new connection, all statements after the failing one are parsed in a failed transaction.
  await expect(commerce.placeOrder(order(productId))).rejects.toThrow('no');
  await shop.database.pool.query('drop function commerce.refuse_lines() cascade');
  expect(await errorCodeOf(commerce.placeOrder(order(productId)))).toBe('accepted');
  await lone.close();
});

test('closing finishes the accepted calls and refuses further ones', async () => {
  const commerce = createCommerce({ database: other });
  const productId = await shop.createTestProduct({ quantity: 100 });
  const taken = Array.from({ length: 40 }, async () => errorCodeOf(commerce.placeOrder(order(productId))));
  await Promise.resolve();
  await commerce.close();
  expect(new Set(await Promise.all(taken))).toEqual(new Set(['accepted']));
  expect(await errorCodeOf(commerce.placeOrder(order(productId)))).toBe('overloaded');
});
