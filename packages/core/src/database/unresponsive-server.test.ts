import { connect } from './connect.ts';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import type { Database } from '@commerce-core/pg-pipeline';
import { migrate, pendingMigrations } from './migrate.ts';

// A server that vanished: its connections stay open, and no answer arrives on them.

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

const placeOrder = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

/** Opens connections in both pools, which are idle afterwards. */
async function openConnections(count: number): Promise<void> {
  for (const pool of [database.pool, database.writers]) {
    await Promise.all(Array.from({ length: count }, () => pool.query('select pg_sleep(0.05)')));
  }
}

test('orders are placed once when every connection is dead, and no lane stays busy', async () => {
  const productId = await shop.createTestProduct();
  await Promise.all([placeOrder(productId), placeOrder(productId)]);
  await openConnections(2);
  proxy.silence();
  const orders = await Promise.all([placeOrder(productId), placeOrder(productId), placeOrder(productId)]);
  expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
  expect(commerce.queues().filter(({ waiting, running }) => waiting + running > 0)).toEqual([]);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
  expect(await orderCount(productId)).toBe(5);
});

test.each([
  ['has reached the server', true],
  ['has not reached the server', false],
])('a COMMIT that %s and is never answered leaves exactly one order, which the caller receives', async (_, deliver) => {
  const productId = await shop.createTestProduct();
  await openConnections(1);
  proxy.cutAt({ when: /commit\0/, deliver, silent: true });
  const { id } = await placeOrder(productId);
  expect(proxy.cuts()).toBe(1);
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject({ id, status: 'CREATED' });
});

test('reads on dead connections reject with database_unavailable, and the next read works', async () => {
  await openConnections(2);
  proxy.silence();
  expect(await Promise.all([errorCodeOf(commerce.listOrders()), errorCodeOf(commerce.listOrders())])).toEqual([
    'database_unavailable',
    'database_unavailable',
  ]);
  expect(await errorCodeOf(commerce.listOrders())).toBe('accepted');
});

test('a server that accepts connections and never answers makes calls reject with database_unavailable', async () => {
  const silentServer = createServer().listen(0, '127.0.0.1');
  await once(silentServer, 'listening');
  const away = connect({
    url: `postgres://nobody@127.0.0.1:${(silentServer.address() as AddressInfo).port}/none`,
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
  // More calls than connections: those that wait for one must not be told that all are in use.
  const reads = Array.from({ length: 12 }, async () => createCommerce({ database: away }).listOrders());
  for (const read of await Promise.allSettled(reads))
    expect(read).toMatchObject({ reason: { message: expect.stringContaining('cannot be reached') } });
  await away.close();
  silentServer.close();
});

test('a migration waits for its lock longer than answerTimeoutMs', async () => {
  const holder = await shop.database.pool.connect();
  await holder.query('begin; select pg_advisory_xact_lock(1668115821, 1)');
  const migrated = migrate(database);
  await sleep(1_000);
  await holder.query('rollback');
  holder.release();
  expect(await migrated).toEqual([]);
});

test('pendingMigrations rejects by itself on a dead connection, and works on the next one', async () => {
  const patient = connect({ url: proxy.url });
  await patient.pool.query('select 1');
  proxy.silence();
  await expect(pendingMigrations(patient)).rejects.toThrow('timeout');
  expect(await pendingMigrations(patient)).toEqual([]);
  await patient.close();
});
