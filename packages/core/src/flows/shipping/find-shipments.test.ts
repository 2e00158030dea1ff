import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReadyShipment } from '../../testing/tracked-parcels.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const found = async (...names: string[]) =>
  (await shop.commerce.findShipments({ names })).map(({ name, shipments }) => [name, ...shipments.map(({ id }) => id)]);

test('a shipment is found by its id, and by its order’s id and number in any spelling', async () => {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const { number } = await shop.commerce.getOrder({ orderId });
  const spelled = number.replace('-', '').toLowerCase();
  const names = [shipmentId, orderId.toUpperCase(), number, spelled];
  expect(await found(...names)).toEqual(names.map((name) => [name, shipmentId]));
});

test('a shipment is found by its order’s reference, among those of all orders with it, the newest first', async () => {
  const product = await shop.createTestProduct({ quantity: 10 });
  const shipmentIds: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    const { orderId } = await placeWithReference(product, 'cart 7');
    shipmentIds.unshift(...(await shop.commerce.listShipments({ orderId })).map(({ id }) => id));
  }
  expect(shipmentIds).toHaveLength(2);
  expect(await found('cart 7', 'cart 8')).toEqual([['cart 7', ...shipmentIds], ['cart 8']]);
});

test('a tracking number finds its shipment however it is written, and a shipment that waits comes first', async () => {
  const { orderId, shipmentId } = await createReadyShipment(shop);
  const trackingNumber = randomUUID();
  await shop.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber });
  expect(await found(trackingNumber.replaceAll('-', ' ').toUpperCase())).toMatchObject([
    [expect.any(String), shipmentId],
  ]);
  const { id: returnId } = await shop.commerce.requestReturn({
    orderId,
    lines: [{ lineNo: 1, quantity: 1 }],
    goods: 'KEPT',
  });
  await shop.commerce.approveReturn({ returnId });
  await shop.commerce.replaceReturn({ returnId, lines: [{ lineNo: 1, quantity: 1 }] });
  const [[, first, second] = []] = await found(orderId);
  expect([first === shipmentId, second]).toEqual([false, shipmentId]);
});

test('names that are too many or empty are refused', async () => {
  expect(await errorCodeOf(shop.commerce.findShipments({ names: [] }))).toBe('validation_failed');
  expect(await errorCodeOf(shop.commerce.findShipments({ names: [' '] }))).toBe('validation_failed');
  expect(await errorCodeOf(shop.commerce.findShipments({ names: Array.from({ length: 201 }, String) }))).toBe(
    'validation_failed',
  );
});

async function placeWithReference(productId: string, reference: string) {
  const { id: orderId } = await shop.commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId, quantity: 1 }],
    reference,
  });
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  await shop.sendWebhook('CAPTURED', payment);
  return { orderId };
}
