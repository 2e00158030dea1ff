import { connect } from './connect.ts';
import { withTransaction } from './transaction.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { createProxiedShop } from '../testing/proxied-shop.ts';
import type { FaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { errorCodeOf, type TestShop } from '../testing/test-shop.ts';
import { type Transaction } from '@commerce-core/pg-pipeline';

let shop: TestShop;
let proxy: FaultInjectingProxy;
let commerce: Commerce;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ shop, proxy, commerce, close } = await createProxiedShop());
});
afterAll(async () => close());

const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

const place = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });

test('a deadlock is run again until both sides are through', async () => {
  const [a, b] = await Promise.all([shop.createTestProduct(), shop.createTestProduct()]);
  const runs: string[] = [];
  const lockBoth = (name: string, first: string, second: string, ready: () => void, wait: Promise<void>) =>
    withTransaction(shop.database, async (tx) => {
      runs.push(name);
      await tx.db.execute(`update commerce.stocks set reserved_qty = reserved_qty + 1 where product_id = '${first}'`);
      ready();
      await wait;
      await tx.db.execute(`update commerce.stocks set reserved_qty = reserved_qty + 1 where product_id = '${second}'`);
    });
  const one = Promise.withResolvers<void>();
  const two = Promise.withResolvers<void>();
  await Promise.all([lockBoth('ab', a, b, one.resolve, two.promise), lockBoth('ba', b, a, two.resolve, one.promise)]);
  expect(runs.length).toBeGreaterThan(2);
  expect([await shop.readStock(a), await shop.readStock(b)]).toEqual([
    [10, 2],
    [10, 2],
  ]);
});

test('a statement that failed and was swallowed does not pass for a commit', async () => {
  const work = withTransaction(shop.database, async (tx) => {
    await tx.db.execute('select 1/0').catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
});

test('a fault inside a transaction gives its connection back', async () => {
  const small = connect({ url: shop.database.url, poolMax: 1, acquireTimeoutMs: 2_000 });
  for (let i = 0; i < 3; i += 1) {
    await expect(withTransaction(small, async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(withTransaction(small, (tx) => tx.db.execute('nonsense'))).rejects.toThrow();
  }
  expect(await withTransaction(small, async () => 'free')).toBe('free');
  await small.close();
});

test('idle connections that the server ends neither kill the process nor fail the next call', async () => {
  const productId = await shop.createTestProduct();
  await Promise.all([place(productId), place(productId), place(productId)]);
  await shop.database.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
  );
  expect(await place(productId)).toMatchObject({ status: 'CREATED' });
});

test('a connection lost between two statements is noticed at the next one, and the work runs again', async () => {
  let runs = 0;
  const sum = await withTransaction(shop.database, async (tx) => {
    runs += 1;
    if (runs === 1) {
      const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
      await shop.database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
      // The server has hung up; let this side hear of it while no statement is under way.
      await new Promise((heard) => {
        setImmediate(() => setImmediate(heard));
      });
    }
    return (await tx.db.execute<{ sum: number }>('select 1 + 1 as sum')).rows[0]!.sum;
  });
  expect([sum, runs]).toEqual([2, 2]);
});

/** A pause after which the server has ended the transaction; `deaf` if this side can't hear of it before it goes on. */
async function pause(tx: Transaction, { deaf }: { deaf: boolean }): Promise<void> {
  await tx.db.execute(`set local idle_in_transaction_session_timeout = '100ms'`);
  if (deaf) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  else await sleep(300);
}

describe.each([
  ['that is heard of at once', { deaf: false }],
  ['that is heard of with the next statement', { deaf: true }],
])('work that pauses for longer than a transaction may stand still, %s', (_, { deaf }) => {
  test.each([
    ['before a statement', async (tx: Transaction) => tx.db.execute('select 1')],
    ['before COMMIT', async () => {}],
  ])('%s is told so and not run again, and leaves nothing', async (__, goOn) => {
    const productId = await shop.createTestProduct();
    let runs = 0;
    const work = shop.commerce.transaction(async (tx) => {
      runs += 1;
      await shop.commerce.placeOrdersIn(tx, [{ customerId: 'c', lines: [{ productId, quantity: 1 }] }]);
      await pause(tx, { deaf });
      await goOn(tx);
    });
    await expect(work).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('between two statements'),
    });
    expect(runs).toBe(1);
    expect(await orderCount(productId)).toBe(0);
  });

  test('is not told so instead of what it throws itself', async () => {
    let runs = 0;
    const work = shop.commerce.transaction(async (tx) => {
      runs += 1;
      await pause(tx, { deaf });
      throw new Error('mine');
    });
    await expect(work).rejects.toThrow('mine');
    expect(runs).toBe(1);
  });
});

test('work whose connection broke before it failed by itself is run again, for it may have failed by that', async () => {
  let runs = 0;
  const work = withTransaction(shop.database, async (tx) => {
    runs += 1;
    if (runs > 1) return 'through';
    const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
    await shop.database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
    throw new Error('mine');
  });
  expect(await work).toBe('through');
});

test('a BEGIN that fails gives its connection back', async () => {
  const small = connect({ url: proxy.url, poolMax: 1, acquireTimeoutMs: 2_000 });
  const cuts = proxy.cuts();
  for (let turn = 1; turn <= 3; turn += 1) {
    proxy.cutAt({ when: /begin\0/, deliver: turn === 2 });
    expect(await withTransaction(small, async () => turn)).toBe(turn);
    expect(proxy.cuts()).toBe(cuts + turn);
  }
  expect([small.writers.totalCount, small.writers.idleCount]).toEqual([1, 1]);
  await small.close();
});

test('a server that is not there answers database_unavailable', async () => {
  const nowhere = connect({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const away = createCommerce({ database: nowhere });
  expect(
    await errorCodeOf(away.placeOrder({ customerId: 'c', lines: [{ productId: crypto.randomUUID(), quantity: 1 }] })),
  ).toBe('database_unavailable');
  expect(await errorCodeOf(away.listOrders())).toBe('database_unavailable');
  expect(await errorCodeOf(away.doctor())).toBe('database_unavailable');
  await nowhere.close();
});
