import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

async function createPaidOrder() {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  return { orderId, shipmentId };
}

const dispatch = (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'CJ Logistics', trackingNumber: shipmentId });
const fulfillmentStatusOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).fulfillmentStatus;

test('a parcel is dispatched, in transit and delivered, and the fulfillment of its order follows', async () => {
  const { orderId, shipmentId } = await createPaidOrder();
  expect(await dispatch(shipmentId)).toMatchObject({
    status: 'SHIPPED',
    carrier: 'CJ Logistics',
    trackingNumber: shipmentId,
    lines: [{ quantity: 2 }],
  });
  expect(await fulfillmentStatusOf(orderId)).toBe('SHIPPED');
  expect(await shop.commerce.markShipmentInTransit({ shipmentId })).toMatchObject({ status: 'IN_TRANSIT' });
  expect(await fulfillmentStatusOf(orderId)).toBe('SHIPPED');
  expect(await shop.commerce.deliverShipment({ shipmentId })).toMatchObject({
    status: 'DELIVERED',
    deliveredAt: expect.any(Date),
  });
  expect(await fulfillmentStatusOf(orderId)).toBe('DELIVERED');
  expect((await shop.readEventTypes(orderId)).slice(-4)).toEqual([
    'shipment.dispatched',
    'shipment.in_transit',
    'parcel.delivered',
    'shipment.delivered',
  ]);
});

test('a parcel can be delivered without having been in transit', async () => {
  const { orderId, shipmentId } = await createPaidOrder();
  await dispatch(shipmentId);
  await shop.commerce.deliverShipment({ shipmentId });
  expect(await fulfillmentStatusOf(orderId)).toBe('DELIVERED');
});

test('a parcel can neither skip nor repeat a transition', async () => {
  const { shipmentId } = await createPaidOrder();
  expect(await errorCodeOf(shop.commerce.deliverShipment({ shipmentId }))).toBe('invalid_transition');
  expect(await errorCodeOf(shop.commerce.markShipmentInTransit({ shipmentId }))).toBe('invalid_transition');
  await dispatch(shipmentId);
  expect(await errorCodeOf(dispatch(shipmentId))).toBe('invalid_transition');
});

test('one of 8 concurrent dispatches of a parcel succeeds', async () => {
  const { orderId, shipmentId } = await createPaidOrder();
  const codes = await Promise.all(Array.from({ length: 8 }, () => errorCodeOf(dispatch(shipmentId))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect((await shop.readEventTypes(orderId)).filter((type) => type === 'shipment.dispatched')).toHaveLength(1);
});

test('a dispatch and a concurrent cancel either ship the parcel or cancel the order', async () => {
  for (let round = 0; round < 15; round += 1) {
    const { orderId, shipmentId } = await createPaidOrder();
    const [dispatched, canceled] = await Promise.all([
      errorCodeOf(dispatch(shipmentId)),
      errorCodeOf(shop.commerce.cancelOrder({ orderId })),
    ]);
    expect([dispatched, canceled].sort()).toEqual(['accepted', 'invalid_transition']);
  }
});

test('dispatchShipment rejects an unknown parcel and a blank carrier', async () => {
  expect(await errorCodeOf(dispatch(randomUUID()))).toBe('shipment_not_found');
  const { shipmentId } = await createPaidOrder();
  expect(await errorCodeOf(shop.commerce.dispatchShipment({ shipmentId, carrier: ' ', trackingNumber: '1' }))).toBe(
    'validation_failed',
  );
});

describe.each([
  ['markShipmentLost', 'LOST', 'shipment.lost'],
  ['markShipmentReturned', 'RETURNED', 'shipment.returned'],
] as const)('%s', (mark, status, type) => {
  test('ends a shipment, raises attention, and leaves stock, money and fulfillment as they are', async () => {
    const { orderId, shipmentId } = await createPaidOrder();
    await dispatch(shipmentId);
    const { lines } = await shop.commerce.getOrder({ orderId });
    const readMoneyAndStock = async () => ({
      stocks: await Promise.all(lines.map(({ productId }) => shop.readStock(productId ?? ''))),
      payments: await shop.commerce.listPayments({ orderId }),
      refunds: (await shop.commerce.listRefunds({ orderId })).items,
    });
    const before = await readMoneyAndStock();
    expect(await shop.commerce[mark]({ shipmentId })).toMatchObject({
      status,
      deliveredAt: null,
      parcels: [{ tracking: 'LABEL' }],
    });
    expect(await readMoneyAndStock()).toEqual(before);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
      status: 'PAID',
      fulfillmentStatus: 'SHIPPED',
      needsAttention: 'delivery_problem',
    });
    expect((await shop.readEventTypes(orderId)).slice(-2)).toEqual([type, 'order.attention_raised']);
    expect(await errorCodeOf(shop.commerce.deliverShipment({ shipmentId }))).toBe('invalid_transition');
  });

  test('is refused for a shipment that has not left, and for one that has arrived', async () => {
    const { shipmentId } = await createPaidOrder();
    expect(await errorCodeOf(shop.commerce[mark]({ shipmentId }))).toBe('invalid_transition');
    await dispatch(shipmentId);
    await shop.commerce.deliverShipment({ shipmentId });
    expect(await errorCodeOf(shop.commerce[mark]({ shipmentId }))).toBe('invalid_transition');
  });
});
