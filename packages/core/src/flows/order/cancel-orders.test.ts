import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const cancelOrder = (orderId: string, customerId?: string) => shop.commerce.cancelOrder({ orderId, customerId });

test('a cancel before the payment releases the reserved stock', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  expect(await cancelOrder(order.id, 'customer-1')).toMatchObject({
    status: 'CANCELED',
    reservationStatus: 'RELEASED',
    lines: [{ quantity: 3 }],
  });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('a cancel during a payment ends the attempt', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await cancelOrder(orderId);
  expect(await shop.commerce.listPayments({ orderId })).toMatchObject([{ id: payment.id, status: 'CANCELED' }]);
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('a cancel after a failed payment releases no stock a second time', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.createTestOrder({ [productId]: 5 });
  await shop.sendWebhook('FAILED', payment);
  await cancelOrder(orderId);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
});

test('a cancel of a paid order that has not shipped restocks its units and requests a refund', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('AUTHORIZED', payment);
  expect(await shop.readStock(productId)).toEqual([7, 0]);
  expect(await cancelOrder(orderId)).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
  expect((await shop.commerce.listRefunds({ orderId })).items).toMatchObject([
    { amount: 3000, reason: 'order_canceled', status: 'REQUESTED' },
  ]);
  expect(await shop.commerce.listShipments({ orderId })).toMatchObject([{ status: 'CANCELED' }]);
  expect(
    (await shop.commerce.listStockMovements({ productId })).items.map(({ kind, quantity }) => [kind, quantity]),
  ).toEqual([
    ['RESTOCKED', 3],
    ['SOLD', -3],
    ['RECEIVED', 10],
  ]);
});

test('a cancel restocks its units although the stock has reached the maximum of receiveStock', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000_000_000, priceAmount: 1 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 10 });
  await shop.sendWebhook('AUTHORIZED', payment);
  await shop.commerce.receiveStock({ productId, quantity: 10 });
  await cancelOrder(orderId);
  expect(await shop.readStock(productId)).toEqual([1_000_000_010, 0]);
});

test('an order that has shipped, expired or been canceled cannot be canceled', async () => {
  const productId = await shop.createTestProduct({ quantity: 100 });
  const shipped = await shop.createPendingOrder({ [productId]: 1 });
  await shop.sendWebhook('AUTHORIZED', shipped.payment);
  const shipment = only(await shop.commerce.listShipments({ orderId: shipped.orderId }));
  await shop.commerce.dispatchShipment({ shipmentId: shipment.id, carrier: 'CJ', trackingNumber: '1' });
  const canceled = await shop.createTestOrder({ [productId]: 1 });
  await cancelOrder(canceled.id);
  const expired = await shop.createTestOrder({ [productId]: 1 });
  await shop.expireTestOrder(expired.id);
  for (const orderId of [shipped.orderId, canceled.id, expired.id])
    expect(await errorCodeOf(cancelOrder(orderId))).toBe('invalid_transition');
  await expect(cancelOrder(shipped.orderId)).rejects.toThrow('an order that is SHIPPED cannot become CANCELED');
});

test('one of 20 concurrent cancels releases the stock', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  await shop.createTestOrder({ [productId]: 5 });
  const codes = await Promise.all(Array.from({ length: 20 }, () => errorCodeOf(cancelOrder(order.id))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
});

test('an unknown order and an order of another customer are rejected with one code', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  expect(await errorCodeOf(cancelOrder(order.id, 'customer-2'))).toBe('order_not_found');
  expect(await errorCodeOf(cancelOrder(randomUUID(), 'customer-2'))).toBe('order_not_found');
  expect(await shop.readStock(productId)).toEqual([10, 3]);
});
