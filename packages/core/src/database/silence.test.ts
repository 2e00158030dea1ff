import { connect } from './connect.ts';
import { withTransaction } from './transaction.ts';
import { once } from 'node:events';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import { readCommitOutcome, type Database } from '@commerce-core/pg-pipeline';
import { migrate, pendingMigrations } from './migrate.ts';

// A database that is gone without a word: no connection ends, and none answers.

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

let proxy: FaultInjectingProxy;
let database: Database;
let commerce: Commerce;
beforeEach(async () => {
  proxy = await openFaultInjectingProxy(shop.database.url);
  database = connect({ url: proxy.url, answerTimeoutMs: 400 });
  commerce = createCommerce({ database });
});
afterEach(async () => {
  await database.close();
  await proxy.close();
});

const place = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

/** Connections that lie idle in both pools, and of which nothing will be heard any more. */
async function idle(count: number): Promise<void> {
  for (const pool of [database.pool, database.writers]) {
    await Promise.all(Array.from({ length: count }, () => pool.query('select pg_sleep(0.05)')));
  }
}

test('connections that fall silent are given up, by every lane, and the orders on their way are placed once', async () => {
  const productId = await shop.createTestProduct();
  await Promise.all([place(productId), place(productId)]);
  await idle(2);
  proxy.silence();
  const orders = await Promise.all([place(productId), place(productId), place(productId)]);
  expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
  expect(commerce.queues().filter(({ waiting, running }) => waiting + running > 0)).toEqual([]);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
  expect(await orderCount(productId)).toBe(5);
});

test.each([
  ['has reached the server', true],
  ['has not reached the server', false],
])(
  'a COMMIT that %s and is never answered leaves exactly one order, and the caller is told of it',
  async (_, deliver) => {
    const productId = await shop.createTestProduct();
    await idle(1);
    proxy.cutAt({ when: /commit\0/, deliver, silent: true });
    const { id } = await place(productId);
    expect(proxy.cuts()).toBe(1);
    expect(await orderCount(productId)).toBe(1);
    expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject({ id, status: 'CREATED' });
  },
);

test('what became of a COMMIT is found out although one connection after the other is found dead', async () => {
  const waitsForLocks = connect({ url: proxy.url });
  await Promise.all([
    waitsForLocks.pool.query('select pg_sleep(0.05)'),
    waitsForLocks.pool.query('select pg_sleep(0.05)'),
  ]);
  const { rows } = await shop.database.pool.query('select pg_current_xact_id()::text as xid');
  proxy.silence();
  expect(await readCommitOutcome(waitsForLocks, rows[0].xid)).toBe('committed');
  await waitsForLocks.close();
});

test('a caller’s own statements, by Drizzle, and the rollback wait no longer', async () => {
  let runs = 0;
  const sum = await withTransaction(database, async (tx) => {
    runs += 1;
    await tx.began;
    if (runs === 1) proxy.silence();
    return (await tx.db.execute<{ sum: number }>('select 1 + 1 as sum')).rows[0]!.sum;
  });
  expect([sum, runs]).toEqual([2, 2]);
  runs = 0;
  const failing = withTransaction(database, async (tx) => {
    runs += 1;
    await tx.began;
    if (runs === 1) proxy.silence();
    throw new Error('mine');
  });
  await expect(failing).rejects.toThrow('mine');
});

test('a connection that answers in time is kept, whatever the answer', async () => {
  const lone = connect({ url: shop.database.url, poolMax: 1, answerTimeoutMs: 300 });
  const pid = async () => (await lone.writers.query('select pg_backend_pid() as pid')).rows[0].pid;
  const before = await pid();
  await withTransaction(lone, async (tx) => tx.began);
  await expect(
    withTransaction(lone, async (tx) => tx.query({ name: 'failing_in_time', text: 'select 1 / 0' }, [])),
  ).rejects.toThrow('division by zero');
  await sleep(600);
  expect(await pid()).toBe(before);
  await lone.close();
});

test('reads answer database_unavailable instead of waiting, and go on when there is a database again', async () => {
  await idle(2);
  proxy.silence();
  expect(await Promise.all([errorCodeOf(commerce.listOrders()), errorCodeOf(commerce.listOrders())])).toEqual([
    'database_unavailable',
    'database_unavailable',
  ]);
  expect(await errorCodeOf(commerce.listOrders())).toBe('accepted');
});

test('a server that takes connections and says nothing on them is not waited for', async () => {
  const mute = createServer().listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const away = connect({
    url: `postgres://nobody@127.0.0.1:${(mute.address() as AddressInfo).port}/none`,
    acquireTimeoutMs: 200,
  });
  expect(
    await errorCodeOf(
      createCommerce({ database: away }).placeOrder({
        customerId: 'c',
        lines: [{ productId: crypto.randomUUID(), quantity: 1 }],
      }),
    ),
  ).toBe('database_unavailable');
  expect(await errorCodeOf(createCommerce({ database: away }).listOrders())).toBe('database_unavailable');
  await away.close();
  mute.close();
});

test('a migration may wait for as long as it takes', async () => {
  const holder = await shop.database.pool.connect();
  await holder.query('begin; select pg_advisory_xact_lock(1668115821, 1)');
  const migrated = migrate(database);
  await sleep(1_000);
  await holder.query('rollback');
  holder.release();
  expect(await migrated).toEqual([]);
});

test('what a look-up of migrations needs is known within seconds, whatever else may take long', async () => {
  const waitsForLocks = connect({ url: proxy.url });
  await waitsForLocks.pool.query('select 1');
  proxy.silence();
  await expect(pendingMigrations(waitsForLocks)).rejects.toThrow('timeout');
  expect(await pendingMigrations(waitsForLocks)).toEqual([]);
  await waitsForLocks.close();
}, 5_000);

test('TCP looks after connections on which nothing is on its way', async () => {
  const asked = vi.spyOn(Socket.prototype, 'setKeepAlive');
  try {
    const other = connect({ url: shop.database.url });
    await Promise.all([other.pool.query('select 1'), other.writers.query('select 1')]);
    expect(asked.mock.calls).toEqual([
      [true, 10_000],
      [true, 10_000],
    ]);
    await other.close();
  } finally {
    asked.mockRestore();
  }
});
