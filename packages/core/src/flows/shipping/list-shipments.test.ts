import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
const orderIds: string[] = [];
const names = ['first', 'second', 'third', 'fourth', 'fifth'];

beforeAll(async () => {
  shop = await createTestShop();
  const product = await shop.createTestProduct({ quantity: 100 });
  for (const _ of names) {
    const { orderId, payment } = await shop.createPendingOrder({ [product]: 1 });
    await shop.sendWebhook('CAPTURED', payment);
    orderIds.push(orderId);
  }
  for (const [index, trackingNumber] of [
    [1, 'A-1'],
    [3, 'A-2'],
  ] as const) {
    const [shipment] = await shop.commerce.listShipments({ orderId: orderIds[index] ?? '' });
    await shop.commerce.dispatchShipment({ shipmentId: shipment?.id ?? '', carrier: 'DHL', trackingNumber });
  }
});
afterAll(() => shop.close());

test('READY shipments come first, the oldest first, then the others, the newest first, on pages of any size', async () => {
  for (const limit of [1, 2, 3, 4, 100]) {
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await shop.commerce.listAllShipments({ limit, cursor });
      seen.push(...page.items.map(({ orderId }) => names[orderIds.indexOf(orderId)] ?? orderId));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['first', 'third', 'fifth', 'fourth', 'second']);
  }
});

test('a status selects its shipments, with their lines and parcels', async () => {
  const { items } = await shop.commerce.listAllShipments({ status: 'SHIPPED' });
  expect(items).toMatchObject([
    { orderId: orderIds[3], lines: [{ lineNo: 1, quantity: 1 }], parcels: [{ trackingNumber: 'A-2' }] },
    { orderId: orderIds[1], lines: [{ lineNo: 1, quantity: 1 }], parcels: [{ trackingNumber: 'A-1' }] },
  ]);
  expect((await shop.commerce.listAllShipments({ status: 'READY' })).items).toHaveLength(3);
});

test('a cursor of another status is refused', async () => {
  const { nextCursor } = await shop.commerce.listAllShipments({ limit: 1 });
  expect(await errorCodeOf(shop.commerce.listAllShipments({ status: 'READY', cursor: nextCursor ?? '' }))).toBe(
    'cursor_of_another_list',
  );
});
