import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

async function paid() {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const [shipment] = await shop.commerce.listShipments({ orderId });
  return { orderId, shipmentId: shipment!.id };
}

const dispatch = (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'CJ Logistics', trackingNumber: '6890' });
const fulfillment = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).fulfillmentStatus;

test('a parcel is dispatched with carrier and tracking number, is in transit and arrives; the order follows', async () => {
  const { orderId, shipmentId } = await paid();
  expect(await dispatch(shipmentId)).toMatchObject({
    status: 'SHIPPED',
    carrier: 'CJ Logistics',
    trackingNumber: '6890',
    lines: [{ quantity: 2 }],
  });
  expect(await fulfillment(orderId)).toBe('SHIPPED');
  expect(await shop.commerce.markShipmentInTransit({ shipmentId })).toMatchObject({ status: 'IN_TRANSIT' });
  expect(await fulfillment(orderId)).toBe('SHIPPED');
  expect(await shop.commerce.deliverShipment({ shipmentId })).toMatchObject({
    status: 'DELIVERED',
    deliveredAt: expect.any(Date),
  });
  expect(await fulfillment(orderId)).toBe('DELIVERED');
  expect((await shop.readEventTypes(orderId)).slice(-3)).toEqual([
    'shipment.dispatched',
    'shipment.in_transit',
    'shipment.delivered',
  ]);
});

test('a parcel may arrive without having been seen in transit', async () => {
  const { orderId, shipmentId } = await paid();
  await dispatch(shipmentId);
  await shop.commerce.deliverShipment({ shipmentId });
  expect(await fulfillment(orderId)).toBe('DELIVERED');
});

test('a parcel cannot skip or repeat a step', async () => {
  const { shipmentId } = await paid();
  expect(await errorCodeOf(shop.commerce.deliverShipment({ shipmentId }))).toBe('invalid_transition');
  expect(await errorCodeOf(shop.commerce.markShipmentInTransit({ shipmentId }))).toBe('invalid_transition');
  await dispatch(shipmentId);
  expect(await errorCodeOf(dispatch(shipmentId))).toBe('invalid_transition');
});

test('two people dispatching one parcel at once: one does', async () => {
  const { orderId, shipmentId } = await paid();
  const codes = await Promise.all(Array.from({ length: 8 }, () => errorCodeOf(dispatch(shipmentId))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect((await shop.readEventTypes(orderId)).filter((type) => type === 'shipment.dispatched')).toHaveLength(1);
});

test('dispatch meets cancel: either the parcel leaves or the order is canceled', async () => {
  for (let round = 0; round < 15; round += 1) {
    const { orderId, shipmentId } = await paid();
    const [sent, canceled] = await Promise.all([
      errorCodeOf(dispatch(shipmentId)),
      errorCodeOf(shop.commerce.cancelOrder({ orderId })),
    ]);
    expect([sent, canceled].sort()).toEqual(['accepted', 'invalid_transition']);
  }
});

test('an unknown parcel, and one without carrier or tracking number, are refused', async () => {
  expect(await errorCodeOf(dispatch(randomUUID()))).toBe('shipment_not_found');
  const { shipmentId } = await paid();
  expect(await errorCodeOf(shop.commerce.dispatchShipment({ shipmentId, carrier: ' ', trackingNumber: '1' }))).toBe(
    'validation_failed',
  );
});
