import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import {
  dispatchTestParcel,
  readEffects,
  readTracked,
  sendTracking,
  trackingBody,
  type Sent,
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

test('a delivery of a shipment that was marked LOST moves nothing and needs attention again', async () => {
  const parcel = await dispatchTestParcel(shop);
  await shop.commerce.markShipmentLost({ shipmentId: parcel.shipmentId });
  await shop.commerce.clearAttention({ orderId: parcel.orderId });
  await send(parcel.trackingNumber, { tracking: 'DELIVERED', minute: 0 });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({
    tracking: 'LABEL',
    shipment: 'LOST',
    attention: ['delivery_problem'],
  });
  expect(await historyOf(parcel.parcelId)).toEqual(['DELIVERED parcel_over']);
});

test('a delivery that is reported a month after the parcel was LOST needs attention again, once', async () => {
  const parcel = await dispatchTestParcel(shop);
  const { orderId, shipmentId, parcelId, trackingNumber } = parcel;
  await shop.commerce.markShipmentLost({ shipmentId });
  await shop.commerce.clearAttention({ orderId });
  await shop.database.pool.query(
    `update commerce.parcels set created_at = created_at - interval '35 days',
      updated_at = updated_at - interval '30 days'
      where id = $1`,
    [parcelId],
  );
  const delivered = { tracking: 'DELIVERED', minute: 0, checkpointId: `${parcelId} 2` } as const;
  const moving = { tracking: 'MOVING', minute: -60, checkpointId: `${parcelId} 1` } as const;
  expect(await send(trackingNumber, moving, delivered)).toMatchObject({ outcome: 'APPLIED' });
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({
    tracking: 'LABEL',
    shipment: 'LOST',
    attention: ['delivery_problem'],
  });
  expect(await historyOf(parcelId)).toEqual(['MOVING parcel_over', 'DELIVERED parcel_over']);
  // An operator has decided; the carrier says the same again.
  await shop.commerce.clearAttention({ orderId });
  await send(trackingNumber, moving, delivered);
  expect(await readTracked(shop.commerce, parcel)).toMatchObject({ attention: [] });
});
