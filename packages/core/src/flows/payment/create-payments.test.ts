import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const createAttempt = (orderId: string, customerId?: string) =>
  shop.commerce.createPayment({ orderId, provider: 'mock', customerId });

test('createPayment requests the whole amount, and the order then waits for the payment', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 2 });
  const payment = await createAttempt(order.id, 'customer-1');
  expect(payment).toMatchObject({
    status: 'CREATED',
    amount: 2000,
    currency: 'KRW',
    provider: 'mock',
    orderId: order.id,
  });
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({
    status: 'PAYMENT_PENDING',
    reservationStatus: 'HELD',
  });
  expect(await shop.readStock(productId)).toEqual([10, 2]);
});

test('a second attempt is rejected while one is live, also when 20 arrive at once', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 1 });
  const codes = await Promise.all(Array.from({ length: 20 }, () => errorCodeOf(createAttempt(order.id))));
  expect(codes.sort()).toEqual(['accepted', ...Array.from({ length: 19 }, () => 'payment_in_progress')]);
  expect(await shop.commerce.listPayments({ orderId: order.id })).toHaveLength(1);
});

test('an attempt after a failure reserves the stock again and extends the reservation', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 4 });
  await shop.sendWebhook('FAILED', payment);
  await shop.database.pool.query(`update commerce.orders set hold_until = now() + interval '1 minute' where id = $1`, [
    orderId,
  ]);
  await createAttempt(orderId);
  const order = await shop.commerce.getOrder({ orderId });
  expect(order.reservedUntil.getTime()).toBeGreaterThan(Date.now() + 29 * 60_000);
  expect(await shop.readStock(productId)).toEqual([10, 4]);
});

test('an attempt after a failure without stock is rejected and leaves the order unchanged', async () => {
  const productId = await shop.createTestProduct({ quantity: 5 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 4 });
  await shop.sendWebhook('FAILED', payment);
  await shop.createTestOrder({ [productId]: 2 });
  const before = await shop.commerce.getOrder({ orderId });
  await expect(createAttempt(orderId)).rejects.toMatchObject({
    code: 'insufficient_stock',
    details: { products: [{ productId, requestedQty: 4, sellableQty: 3 }] },
  });
  expect(await shop.commerce.getOrder({ orderId })).toEqual(before);
  expect(await shop.readStock(productId)).toEqual([5, 2]);
});

test('a paid, canceled or expired order accepts no attempt', async () => {
  const productId = await shop.createTestProduct({ quantity: 100 });
  const paid = await shop.createPendingOrder({ [productId]: 1 });
  await shop.sendWebhook('AUTHORIZED', paid.payment);
  const canceled = await shop.createTestOrder({ [productId]: 1 });
  await shop.commerce.cancelOrder({ orderId: canceled.id });
  const expired = await shop.createTestOrder({ [productId]: 1 });
  await shop.expireTestOrder(expired.id);
  for (const orderId of [paid.orderId, canceled.id, expired.id]) {
    await expect(createAttempt(orderId)).rejects.toMatchObject({
      code: 'invalid_transition',
      details: { to: 'PAYMENT_PENDING' },
    });
  }
});

test('an unknown order and an order of another customer are rejected with one code', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 1 });
  expect(await errorCodeOf(createAttempt(order.id, 'customer-2'))).toBe('order_not_found');
  expect(await errorCodeOf(createAttempt(randomUUID(), 'customer-2'))).toBe('order_not_found');
  expect((await shop.commerce.getOrder({ orderId: order.id })).status).toBe('CREATED');
});

test('createPayment rejects a provider that is not configured, and a mock gateway without a secret', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 1 });
  expect(await errorCodeOf(shop.commerce.createPayment({ orderId: order.id, provider: 'stripe' }))).toBe(
    'provider_not_configured',
  );
  const commerceWithoutGateways = createCommerce({ database: shop.database });
  expect(await errorCodeOf(commerceWithoutGateways.createPayment({ orderId: order.id, provider: 'mock' }))).toBe(
    'provider_not_configured',
  );
});
