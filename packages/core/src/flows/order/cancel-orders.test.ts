import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { codeOf, openShop, type Shop } from '../../testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const cancelOrder = (orderId: string, customerId?: string) => shop.commerce.cancelOrder({ orderId, customerId });

test('a cancel before the payment releases the reserved stock', async () => {
  const productId = await shop.product();
  const order = await shop.order({ [productId]: 3 });
  expect(await cancelOrder(order.id, 'customer-1')).toMatchObject({
    status: 'CANCELED',
    reservationStatus: 'RELEASED',
    lines: [{ quantity: 3 }],
  });
  expect(await shop.stock(productId)).toEqual([10, 0]);
});

test('a cancel during a payment ends the attempt', async () => {
  const productId = await shop.product();
  const { orderId, payment } = await shop.pending({ [productId]: 3 });
  await cancelOrder(orderId);
  expect(await shop.commerce.listPayments({ orderId })).toMatchObject([{ id: payment.id, status: 'CANCELED' }]);
  expect(await shop.stock(productId)).toEqual([10, 0]);
});

test('a cancel after a failed payment releases no stock a second time', async () => {
  const productId = await shop.product();
  const { orderId, payment } = await shop.pending({ [productId]: 3 });
  await shop.order({ [productId]: 5 });
  await shop.tell('FAILED', payment);
  await cancelOrder(orderId);
  expect(await shop.stock(productId)).toEqual([10, 5]);
});

test('a cancel of a paid order that has not shipped restocks its units and requests a refund', async () => {
  const productId = await shop.product();
  const { orderId, payment } = await shop.pending({ [productId]: 3 });
  await shop.tell('AUTHORIZED', payment);
  expect(await shop.stock(productId)).toEqual([7, 0]);
  expect(await cancelOrder(orderId)).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
  expect(await shop.stock(productId)).toEqual([10, 0]);
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
  const productId = await shop.product({ quantity: 1_000_000_000, priceAmount: 1 });
  const { orderId, payment } = await shop.pending({ [productId]: 10 });
  await shop.tell('AUTHORIZED', payment);
  await shop.commerce.receiveStock({ productId, quantity: 10 });
  await cancelOrder(orderId);
  expect(await shop.stock(productId)).toEqual([1_000_000_010, 0]);
});

test('an order that has shipped, expired or been canceled cannot be canceled', async () => {
  const productId = await shop.product({ quantity: 100 });
  const shipped = await shop.pending({ [productId]: 1 });
  await shop.tell('AUTHORIZED', shipped.payment);
  const shipment = only(await shop.commerce.listShipments({ orderId: shipped.orderId }));
  await shop.commerce.dispatchShipment({ shipmentId: shipment.id, carrier: 'CJ', trackingNumber: '1' });
  const canceled = await shop.order({ [productId]: 1 });
  await cancelOrder(canceled.id);
  const expired = await shop.order({ [productId]: 1 });
  await shop.expire(expired.id);
  for (const orderId of [shipped.orderId, canceled.id, expired.id])
    expect(await codeOf(cancelOrder(orderId))).toBe('invalid_transition');
});

test('one of 20 concurrent cancels releases the stock', async () => {
  const productId = await shop.product();
  const order = await shop.order({ [productId]: 3 });
  await shop.order({ [productId]: 5 });
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(cancelOrder(order.id))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect(await shop.stock(productId)).toEqual([10, 5]);
});

test('an unknown order and an order of another customer are rejected with one code', async () => {
  const productId = await shop.product();
  const order = await shop.order({ [productId]: 3 });
  expect(await codeOf(cancelOrder(order.id, 'customer-2'))).toBe('order_not_found');
  expect(await codeOf(cancelOrder(randomUUID(), 'customer-2'))).toBe('order_not_found');
  expect(await shop.stock(productId)).toEqual([10, 3]);
});
