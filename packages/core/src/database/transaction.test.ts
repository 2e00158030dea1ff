import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultInjectingProxy } from '@commerce-core/pg-pipeline/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { CommerceError } from '../errors.ts';
import { createProxiedShop } from '../testing/proxied-shop.ts';
import { errorCodeOf, type TestShop } from '../testing/test-shop.ts';
import { connect } from './connect.ts';
import { withTransaction } from './transaction.ts';

// pg-pipeline proves what becomes of a transaction; these tests prove that orders go that way.

let shop: TestShop;
let proxy: FaultInjectingProxy;
/** The shop's core on connections through the proxy. */
let commerce: Commerce;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ shop, proxy, commerce, close } = await createProxiedShop());
});
afterAll(async () => close());

const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

const placeOrder = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });

test.each([
  ['at the lock on stock', { when: /for update/, deliver: false }],
  ['at a write', { when: /insert_orders/, deliver: true }],
  ['before COMMIT reached the server', { when: /commit\0/, deliver: false }],
  ['after COMMIT reached the server', { when: /commit\0/, deliver: true }],
])('a connection lost %s leaves exactly one order, which the caller receives', async (_, cut) => {
  const productId = await shop.createTestProduct();
  const cuts = proxy.cuts();
  proxy.cutAt(cut);
  const order = await placeOrder(productId);
  expect(proxy.cuts()).toBe(cuts + 1);
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ id: order.id, status: 'CREATED' });
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('idle connections that the server ends do not fail the next order', async () => {
  const productId = await shop.createTestProduct();
  await Promise.all([placeOrder(productId), placeOrder(productId), placeOrder(productId)]);
  await shop.database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
      and datname = current_database()`,
  );
  expect(await placeOrder(productId)).toMatchObject({ status: 'CREATED' });
});

test('a caller’s work that pauses for too long rejects with database_unavailable and leaves no order', async () => {
  const productId = await shop.createTestProduct();
  let runs = 0;
  const work = shop.commerce.transaction(async (tx) => {
    runs += 1;
    await shop.commerce.placeOrdersIn(tx, [{ customerId: 'c', lines: [{ productId, quantity: 1 }] }]);
    await tx.db.execute(`set local idle_in_transaction_session_timeout = '100ms'`);
    await sleep(300);
    await tx.db.execute('select 1');
  });
  await expect(work).rejects.toMatchObject({
    name: 'CommerceError',
    code: 'database_unavailable',
    message: expect.stringContaining('between two statements'),
  });
  expect(runs).toBe(1);
  expect(await orderCount(productId)).toBe(0);
});

test.each([
  ['a CommerceError rejects the call', new CommerceError('order_not_found', 'gone'), 'order_not_found'],
  ['any other error makes the work run again', new Error('own error'), 'accepted'],
])('after a connection broke, %s', async (_, error, code) => {
  let runs = 0;
  const work = withTransaction(shop.database, async (tx) => {
    runs += 1;
    if (runs > 1) return;
    const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
    await shop.database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
    throw error;
  });
  expect(await errorCodeOf(work)).toBe(code);
});

describe('when all connections of a pool are in use', () => {
  const calls: [string, 'pool' | 'writers', (busy: Commerce) => Promise<unknown>][] = [
    ['a read', 'pool', async (busy) => busy.listOrders()],
    [
      'a batched call',
      'writers',
      async (busy) => busy.placeOrder({ customerId: 'c', lines: [{ productId: crypto.randomUUID(), quantity: 1 }] }),
    ],
    [
      'a call of its own',
      'writers',
      async (busy) => busy.createProduct({ sku: 'pool', name: 'n', priceAmount: 1, currency: 'KRW' }),
    ],
    ['the doctor', 'pool', async (busy) => busy.doctor()],
  ];

  test.each(calls)('%s rejects with a message that says so', async (_, pool, call) => {
    const database = connect({ url: shop.database.url, poolMax: 2, acquireTimeoutMs: 2_000 });
    const clients = await Promise.all([database[pool].connect(), database[pool].connect()]);
    await expect(call(createCommerce({ database }))).rejects.toMatchObject({
      code: 'database_unavailable',
      message: 'all 2 connections of this process were in use for 2 s; nothing was done',
    });
    clients.forEach((client) => client.release());
    await database.close();
  });
});

test('calls to a server that cannot be reached reject with database_unavailable', async () => {
  const nowhere = connect({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const away = createCommerce({ database: nowhere });
  expect(
    await errorCodeOf(away.placeOrder({ customerId: 'c', lines: [{ productId: crypto.randomUUID(), quantity: 1 }] })),
  ).toBe('database_unavailable');
  expect(await errorCodeOf(away.listOrders())).toBe('database_unavailable');
  expect(await errorCodeOf(away.doctor())).toBe('database_unavailable');
  await nowhere.close();
});
