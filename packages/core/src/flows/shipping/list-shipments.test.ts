import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';
import { dispatchTestParcels, sendTracking, trackingBody, type TestParcel } from '../../testing/tracked-parcels.ts';

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

test('READY shipments come first, the oldest first; then the others, the newest first, on any page size', async () => {
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

describe('the stages', () => {
  const idsOf = async (stage: 'ON_ITS_WAY' | 'TROUBLED' | 'FAILED', limit = 2) => {
    const ids: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await tracked.commerce.listAllShipments({ stage, limit, cursor });
      ids.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) return ids;
      cursor = page.nextCursor;
    }
  };
  let tracked: TestShop;
  const sent: TestParcel[] = [];
  beforeAll(async () => {
    tracked = await createTestShop();
    for (let n = 0; n < 6; n += 1) sent.push(...(await dispatchTestParcels(tracked, 2)));
  });
  afterAll(() => tracked.close());
  const shipmentOf = (n: number) => sent[2 * n]?.shipmentId ?? '';

  test('ON_ITS_WAY, TROUBLED and FAILED list their shipments, the newest first, on pages', async () => {
    const { commerce } = tracked;
    await commerce.markShipmentInTransit({ shipmentId: shipmentOf(1) });
    await commerce.markShipmentInTransit({ shipmentId: shipmentOf(4) });
    await commerce.markShipmentLost({ shipmentId: shipmentOf(0) });
    await commerce.markShipmentReturned({ shipmentId: shipmentOf(2) });
    await commerce.deliverShipment({ shipmentId: shipmentOf(3) });
    // Both parcels of one shipment are in trouble, and one of another.
    for (const parcel of [sent[2], sent[3], sent[11]])
      await sendTracking(commerce, trackingBody(parcel?.trackingNumber ?? '', [{ tracking: 'PROBLEM', minute: 0 }]));
    for (const limit of [1, 2, 100]) {
      expect(await idsOf('ON_ITS_WAY', limit)).toEqual([shipmentOf(5), shipmentOf(4), shipmentOf(1)]);
      expect(await idsOf('TROUBLED', limit)).toEqual([shipmentOf(5), shipmentOf(1)]);
      expect(await idsOf('FAILED', limit)).toEqual([shipmentOf(2), shipmentOf(0)]);
    }
    await sendTracking(commerce, trackingBody(sent[11]?.trackingNumber ?? '', [{ tracking: 'MOVING', minute: 1 }]));
    expect(await idsOf('TROUBLED')).toEqual([shipmentOf(1)]);
    await commerce.markShipmentLost({ shipmentId: shipmentOf(1) });
    expect(await idsOf('TROUBLED')).toEqual([]);
  });

  test('a stage and a status together are refused', async () => {
    const both = { stage: 'FAILED', status: 'LOST' } as const;
    expect(await errorCodeOf(tracked.commerce.listAllShipments(both))).toBe('validation_failed');
  });
});
