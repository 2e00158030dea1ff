import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const statusOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).status;

test('an order expires and releases its stock after reservedUntil, and other orders stay', async () => {
  const productId = await shop.createTestProduct();
  const [dueOrder, laterOrder] = [
    await shop.createTestOrder({ [productId]: 2 }),
    await shop.createTestOrder({ [productId]: 3 }),
  ];
  await shop.expireTestOrder(dueOrder.id);
  expect([await statusOf(dueOrder.id), await statusOf(laterOrder.id)]).toEqual(['EXPIRED', 'CREATED']);
  expect(await shop.readStock(productId)).toEqual([10, 3]);
  expect(await shop.readEventTypes(dueOrder.id)).toEqual(['order.created', 'order.expired']);
});

test('an expiry ends a live attempt, and releases no stock a second time after a failed attempt', async () => {
  const productId = await shop.createTestProduct();
  const live = await shop.createPendingOrder({ [productId]: 2 });
  const failed = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('FAILED', failed.payment);
  await shop.expireTestOrder(live.orderId);
  await shop.expireTestOrder(failed.orderId);
  expect(await shop.commerce.listPayments({ orderId: live.orderId })).toMatchObject([{ status: 'CANCELED' }]);
  expect(await shop.commerce.listPayments({ orderId: failed.orderId })).toMatchObject([{ status: 'FAILED' }]);
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('a paid order never expires', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  await shop.expireTestOrder(orderId);
  expect(await statusOf(orderId)).toBe('PAID');
});

test('expireOrders skips an order that another transaction has locked, and expires it afterwards', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 2 });
  await shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
    order.id,
  ]);
  const client = await shop.database.pool.connect();
  await client.query('begin');
  await client.query('select 1 from commerce.orders where id = $1 for update', [order.id]);
  expect(await shop.commerce.expireOrders()).toBe(0);
  await client.query('rollback');
  client.release();
  expect(await shop.commerce.expireOrders()).toBe(1);
});

test('four processes expire 100 orders once each', async () => {
  const productId = await shop.createTestProduct({ quantity: 100 });
  const orders = await Promise.all(Array.from({ length: 100 }, () => shop.createTestOrder({ [productId]: 1 })));
  await shop.database.pool.query(
    `update commerce.orders set hold_until = now() - interval '1 second' where id = any($1)`,
    [orders.map(({ id }) => id)],
  );
  let handled = 0;
  while (handled < 100) {
    const counts = await Promise.all(Array.from({ length: 4 }, () => shop.commerce.expireOrders(20)));
    handled += counts.reduce((sum, count) => sum + count, 0);
  }
  expect(handled).toBe(100);
  expect(await shop.readStock(productId)).toEqual([100, 0]);
});

test('the expire_orders job expires due orders, continues after a fault and stops on its signal', async () => {
  const productId = await shop.createTestProduct();
  const commerce = createCommerce({ database: shop.database, reservationMs: 1 });
  const order = await commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
  const stopping = new AbortController();
  const reports: { loop: string; error?: unknown }[] = [];
  let remainingFaults = 1;
  const faulty = {
    ...commerce,
    expireOrders: async (limit?: number) =>
      remainingFaults-- > 0 ? Promise.reject(new Error('planned fault')) : commerce.expireOrders(limit),
  };
  const running = faulty.runJobs(stopping.signal, (report) => reports.push(report));
  await expect.poll(() => statusOf(order.id)).toBe('EXPIRED');
  stopping.abort();
  await running;
  expect(reports).toMatchObject([
    { loop: 'expire_orders', error: new Error('planned fault') },
    { loop: 'expire_orders', handled: 1 },
  ]);
});
