import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParcelTracking } from '../../shipping/parcel.ts';
import { only } from '../../testing/only.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import {
  createReadyShipment,
  dispatchTestParcel,
  dispatchTestParcels,
  mockCarrier,
  readEffects,
  readTracked,
  sendTracking,
  trackingBody,
  type Sent,
  type TestParcel,
} from '../../testing/tracked-parcels.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const send = async (trackingNumber: string, ...sent: Sent[]) =>
  sendTracking(shop.commerce, trackingBody(trackingNumber, sent));
const historyOf = async (parcelId: string) => readEffects(shop.commerce, parcelId);

describe('the first checkpoint of a parcel', () => {
  const untouched = { live: true, troubled: false, shipment: 'SHIPPED', fulfillmentStatus: 'SHIPPED', attention: [] };
  const inTransit = { ...untouched, shipment: 'IN_TRANSIT' };
  const troubled = { ...untouched, troubled: true, attention: ['parcel_problem'] };

  test.each<[ParcelTracking, object, string[]]>([
    ['LABEL', untouched, []],
    ['PICKED_UP', untouched, ['parcel.tracking_changed']],
    ['MOVING', inTransit, ['parcel.tracking_changed', 'shipment.in_transit']],
    ['OUT_FOR_DELIVERY', inTransit, ['parcel.tracking_changed', 'shipment.in_transit']],
    ['AT_PICKUP_POINT', inTransit, ['parcel.tracking_changed', 'shipment.in_transit']],
    ['ATTEMPT_FAILED', inTransit, ['parcel.tracking_changed', 'shipment.in_transit']],
    ['PROBLEM', troubled, ['parcel.tracking_changed', 'order.attention_raised']],
    ['RETURNING', troubled, ['parcel.tracking_changed', 'order.attention_raised']],
    ['SILENT', troubled, ['parcel.tracking_changed', 'order.attention_raised']],
    [
      'DELIVERED',
      { ...untouched, live: false, shipment: 'DELIVERED', fulfillmentStatus: 'DELIVERED' },
      ['parcel.delivered', 'shipment.delivered'],
    ],
  ])('%s takes the parcel, its shipment and the order where the table says', async (tracking, expected, events) => {
    const parcel = await dispatchTestParcel(shop);
    const before = (await shop.readEventTypes(parcel.orderId)).length;
    expect(await send(parcel.trackingNumber, { tracking, minute: 0, detail: 'as the carrier says' })).toMatchObject({
      outcome: 'APPLIED',
      duplicate: false,
    });
    expect(await readTracked(shop.commerce, parcel)).toEqual({ tracking, ...expected });
    expect((await shop.readEventTypes(parcel.orderId)).slice(before)).toEqual(events);
    expect(await historyOf(parcel.parcelId)).toEqual([`${tracking} ${tracking === 'LABEL' ? 'recorded' : 'moved'}`]);
  });
});

test('an older checkpoint is recorded and moves nothing, also without a time after one with a time', async () => {
  const parcel = await dispatchTestParcel(shop);
  await send(parcel.trackingNumber, { tracking: 'OUT_FOR_DELIVERY', minute: -5 });
  await send(parcel.trackingNumber, { tracking: 'MOVING', minute: -10 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'OUT_FOR_DELIVERY' });
  await send(parcel.trackingNumber, { tracking: 'ATTEMPT_FAILED' });
  expect(await historyOf(parcel.parcelId)).toEqual([
    'OUT_FOR_DELIVERY moved',
    'MOVING recorded',
    'ATTEMPT_FAILED moved',
  ]);
});

test('a shipment is DELIVERED with the last of its parcels, and IN_TRANSIT with the first that moves', async () => {
  const [one, other] = await dispatchTestParcels(shop, 2);
  if (!one || !other) throw new Error('two parcels were dispatched');
  await send(one.trackingNumber, { tracking: 'DELIVERED', minute: 0 });
  expect(await readTracked(shop.commerce, one)).toMatchObject({ tracking: 'DELIVERED', shipment: 'IN_TRANSIT' });
  await send(other.trackingNumber, { tracking: 'DELIVERED', minute: 0 });
  expect(await readTracked(shop.commerce, other)).toMatchObject({ tracking: 'DELIVERED', shipment: 'DELIVERED' });
});

test('attention for a parcel ends when its carrier reports better news, or an operator ends the journey', async () => {
  const parcel = await dispatchTestParcel(shop);
  await send(parcel.trackingNumber, { tracking: 'PROBLEM', minute: -10 });
  await send(parcel.trackingNumber, { tracking: 'MOVING', minute: -5 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ troubled: false, attention: [] });
  await send(parcel.trackingNumber, { tracking: 'RETURNING', minute: -4 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ troubled: true, attention: ['parcel_problem'] });
  await shop.commerce.deliverParcel({ parcelId: parcel.parcelId });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ troubled: false, attention: [] });
});

test('a parcel on its way back that is DELIVERED keeps the attention: it may have come to the shop', async () => {
  const parcel = await dispatchTestParcel(shop);
  await send(parcel.trackingNumber, { tracking: 'RETURNING', minute: -10 }, { tracking: 'DELIVERED', minute: -5 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({
    tracking: 'DELIVERED',
    troubled: true,
    attention: ['parcel_problem'],
  });
});

test('what a carrier said before an operator moved the parcel neither moves it nor needs attention', async () => {
  const parcel = await dispatchTestParcel(shop);
  await send(parcel.trackingNumber, { tracking: 'PICKED_UP', minute: -10 });
  await shop.commerce.markShipmentInTransit({ shipmentId: parcel.shipmentId });
  await send(parcel.trackingNumber, { tracking: 'PROBLEM', minute: -5 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({
    tracking: 'MOVING',
    troubled: false,
    attention: [],
  });
});

describe('a number that its carrier uses again', () => {
  /** Makes a parcel older, as if all had happened a year earlier. */
  const ageParcel = async (parcelId: string) =>
    shop.database.pool.query(
      `update commerce.parcels set created_at = created_at - interval '1 year',
        updated_at = updated_at - interval '1 year',
        delivered_at = delivered_at - interval '1 year' where id = $1`,
      [parcelId],
    );
  const yearMinutes = 365 * 24 * 60;

  test('means the parcel that is live, and what happened to its former user moves nothing', async () => {
    const former = await dispatchTestParcel(shop);
    await send(former.trackingNumber, { tracking: 'DELIVERED', minute: 0, checkpointId: `${former.parcelId} 1` });
    await ageParcel(former.parcelId);
    const { trackingNumber } = former;
    // The carrier reports before the shop dispatches.
    const early = await send(trackingNumber, { tracking: 'PICKED_UP', minute: -2 });
    expect(early.outcome).toBe('UNMATCHED');
    const { orderId, shipmentId } = await createReadyShipment(shop);
    const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier: mockCarrier, trackingNumber });
    const parcel = { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
    expect(await shop.commerce.retryTrackingMessages()).toBe(1);
    await send(
      trackingNumber,
      { tracking: 'DELIVERED', minute: -yearMinutes, checkpointId: `${former.parcelId} 1` },
      { tracking: 'DELIVERED', minute: 5 - yearMinutes },
      { tracking: 'MOVING', minute: 0 },
    );
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'MOVING', shipment: 'IN_TRANSIT' });
    expect(await historyOf(parcel.parcelId)).toEqual(['PICKED_UP moved', 'DELIVERED former_user', 'MOVING moved']);
    expect(await historyOf(former.parcelId)).toEqual(['DELIVERED moved']);
  });

  test('still means the parcel that is over for what happened until two days after its end', async () => {
    const { trackingNumber, parcelId } = await dispatchTestParcel(shop);
    await send(trackingNumber, { tracking: 'DELIVERED', minute: 0 });
    expect(await send(trackingNumber, { tracking: 'OUT_FOR_DELIVERY', minute: -60 })).toMatchObject({
      outcome: 'APPLIED',
    });
    expect(await send(trackingNumber, { tracking: 'PROBLEM', minute: 24 * 60 })).toMatchObject({ outcome: 'APPLIED' });
    expect(await historyOf(parcelId)).toEqual([
      'DELIVERED moved',
      'OUT_FOR_DELIVERY parcel_over',
      'PROBLEM parcel_over',
    ]);
  });
});

test('a corrected number starts the journey over, and the history keeps that of the former one', async () => {
  const parcel = await dispatchTestParcel(shop);
  await send(parcel.trackingNumber, { tracking: 'PROBLEM', minute: 0 });
  const trackingNumber = randomUUID();
  await send(trackingNumber, { tracking: 'MOVING', minute: -10 });
  await shop.commerce.correctParcel({ parcelId: parcel.parcelId, trackingNumber });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'LABEL', troubled: false, attention: [] });
  // What the carrier said about the right number before waits no longer.
  await shop.commerce.retryTrackingMessages();
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'MOVING' });
  expect(await send(parcel.trackingNumber, { tracking: 'DELIVERED', minute: 1 })).toMatchObject({
    outcome: 'UNMATCHED',
  });
  const { items } = await shop.commerce.parcelHistory({ parcelId: parcel.parcelId });
  expect(items.map((item) => [item.trackingNumber, item.tracking])).toEqual([
    [trackingNumber, 'MOVING'],
    [parcel.trackingNumber, 'PROBLEM'],
  ]);
});

describe("two parcels that left with each other's numbers", () => {
  const correct = async ({ parcelId }: TestParcel, trackingNumber: string) =>
    shop.commerce.correctParcel({ parcelId, trackingNumber });
  const swap = async (one: TestParcel, other: TestParcel) => {
    await correct(one, randomUUID());
    await correct(other, one.trackingNumber);
    await correct(one, other.trackingNumber);
  };

  test('are each where the carrier has its number, after the swap and after a swap back', async () => {
    const [one, other] = [await dispatchTestParcel(shop), await dispatchTestParcel(shop)];
    const report = async () => {
      await send(one.trackingNumber, { tracking: 'MOVING', minute: -10, checkpointId: `${one.parcelId} 1` });
      await send(other.trackingNumber, { tracking: 'PICKED_UP', minute: -5, checkpointId: `${other.parcelId} 1` });
    };
    await report();
    await swap(one, other);
    await report();
    await report();
    expect(await readTracked(shop.commerce, one)).toMatchObject({ tracking: 'PICKED_UP' });
    expect(await readTracked(shop.commerce, other)).toMatchObject({ tracking: 'MOVING', shipment: 'IN_TRANSIT' });
    expect(await historyOf(one.parcelId)).toEqual(['MOVING moved', 'PICKED_UP moved']);
    expect(await historyOf(other.parcelId)).toEqual(['PICKED_UP moved', 'MOVING moved']);
    await swap({ ...one, trackingNumber: other.trackingNumber }, { ...other, trackingNumber: one.trackingNumber });
    await report();
    expect(await readTracked(shop.commerce, one)).toMatchObject({ tracking: 'MOVING' });
    expect(await readTracked(shop.commerce, other)).toMatchObject({ tracking: 'PICKED_UP' });
    expect(await historyOf(one.parcelId), 'a known checkpoint is not recorded again').toHaveLength(2);
  });

  test('do not share what a parcel keeps: a number that is used again starts without the journey before', async () => {
    const former = await dispatchTestParcel(shop);
    const { trackingNumber } = former;
    const delivered = { tracking: 'DELIVERED', minute: -1, checkpointId: `${former.parcelId} 1` } as const;
    await send(trackingNumber, delivered);
    const { orderId, shipmentId } = await createReadyShipment(shop);
    const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier: mockCarrier, trackingNumber });
    const parcel = { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
    await send(trackingNumber, delivered, { tracking: 'PICKED_UP', minute: 0 });
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'PICKED_UP', live: true });
    expect(await historyOf(parcel.parcelId)).toEqual(['PICKED_UP moved']);
  });
});
