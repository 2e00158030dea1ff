import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const cancel = (orderId: string, customerId?: string) => shop.commerce.cancelOrder({ orderId, customerId });

test('canceling before payment lets go of the stock', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  expect(await cancel(order.id, 'customer-1')).toMatchObject({
    status: 'CANCELED',
    reservationStatus: 'RELEASED',
    lines: [{ quantity: 3 }],
  });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('canceling while a payment is under way ends the attempt', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await cancel(orderId);
  expect(await shop.commerce.listPayments({ orderId })).toMatchObject([{ id: payment.id, status: 'CANCELED' }]);
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('canceling after a failed payment releases nothing a second time', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.createTestOrder({ [productId]: 5 });
  await shop.sendWebhook('FAILED', payment);
  await cancel(orderId);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
});

test('canceling a paid order of which nothing shipped restocks it and asks for its money to go back', async () => {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('AUTHORIZED', payment);
  expect(await shop.readStock(productId)).toEqual([7, 0]);
  expect(await cancel(orderId)).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
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

test('what a canceled order gives back always finds room, though as much as may be received came meanwhile', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000_000_000, priceAmount: 1 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 10 });
  await shop.sendWebhook('AUTHORIZED', payment);
  await shop.commerce.receiveStock({ productId, quantity: 10 });
  await cancel(orderId);
  expect(await shop.readStock(productId)).toEqual([1_000_000_010, 0]);
});

test('what has shipped, and what ended already, can no longer be canceled', async () => {
  const productId = await shop.createTestProduct({ quantity: 100 });
  const shipped = await shop.createPendingOrder({ [productId]: 1 });
  await shop.sendWebhook('AUTHORIZED', shipped.payment);
  const [shipment] = await shop.commerce.listShipments({ orderId: shipped.orderId });
  await shop.commerce.dispatchShipment({ shipmentId: shipment!.id, carrier: 'CJ', trackingNumber: '1' });
  const canceled = await shop.createTestOrder({ [productId]: 1 });
  await cancel(canceled.id);
  const expired = await shop.createTestOrder({ [productId]: 1 });
  await shop.expireTestOrder(expired.id);
  for (const orderId of [shipped.orderId, canceled.id, expired.id])
    expect(await errorCodeOf(cancel(orderId))).toBe('invalid_transition');
});

test('20 cancels at once release once', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  await shop.createTestOrder({ [productId]: 5 });
  const codes = await Promise.all(Array.from({ length: 20 }, () => errorCodeOf(cancel(order.id))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect(await shop.readStock(productId)).toEqual([10, 5]);
});

test('an unknown order and another customer’s are refused alike', async () => {
  const productId = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [productId]: 3 });
  expect(await errorCodeOf(cancel(order.id, 'somebody-else'))).toBe('order_not_found');
  expect(await errorCodeOf(cancel(randomUUID(), 'somebody-else'))).toBe('order_not_found');
  expect(await shop.readStock(productId)).toEqual([10, 3]);
});
