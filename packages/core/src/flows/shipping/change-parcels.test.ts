import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../ids.ts';
import { only, present } from '../../testing/only.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop({ connect: { poolMax: 10 } });
});
afterAll(() => shop.close());

const newNumber = () => ({ carrier: 'DHL', trackingNumber: newId() });

/** Dispatches a paid order's shipment in two parcels. */
async function dispatchTwoParcels() {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  const parcels = [newNumber(), newNumber()];
  const [one, other] = (await shop.commerce.dispatchShipment({ shipmentId, parcels })).parcels;
  return { orderId, shipmentId, one: present(one, 'one parcel'), other: present(other, 'the other parcel') };
}

const readShipment = async (orderId: string) => only(await shop.commerce.listShipments({ orderId }));
const fulfillmentStatusOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).fulfillmentStatus;
const lastEvents = async (orderId: string, count: number) => (await shop.readEventTypes(orderId)).slice(-count);

describe('a delivered parcel', () => {
  test('delivers its shipment and the order once all other parcels have arrived', async () => {
    const { orderId, one, other } = await dispatchTwoParcels();
    expect(await shop.commerce.deliverParcel({ parcelId: other.id })).toMatchObject({
      status: 'SHIPPED',
      deliveredAt: null,
      parcels: [{ tracking: 'LABEL' }, { tracking: 'DELIVERED', deliveredAt: expect.any(Date) }],
    });
    expect(await fulfillmentStatusOf(orderId)).toBe('SHIPPED');
    expect(await lastEvents(orderId, 2)).toEqual(['shipment.dispatched', 'parcel.delivered']);
    const delivered = await shop.commerce.deliverParcel({ parcelId: one.id });
    expect(delivered).toMatchObject({ status: 'DELIVERED', deliveredAt: expect.any(Date) });
    expect(await readShipment(orderId)).toMatchObject(delivered);
    expect(await fulfillmentStatusOf(orderId)).toBe('DELIVERED');
    expect(await lastEvents(orderId, 2)).toEqual(['parcel.delivered', 'shipment.delivered']);
  });

  test('keeps its time when the shipment is delivered with the rest', async () => {
    const { shipmentId, one } = await dispatchTwoParcels();
    const before = present((await shop.commerce.deliverParcel({ parcelId: one.id })).parcels[0], 'a parcel');
    const delivered = await shop.commerce.deliverShipment({ shipmentId });
    expect(delivered.parcels).toMatchObject([before, { tracking: 'DELIVERED', deliveredAt: delivered.deliveredAt }]);
  });

  test('is delivered once: 8 deliveries of two parcels at once record two', async () => {
    const { orderId, one, other } = await dispatchTwoParcels();
    const codes = await Promise.all(
      [one, other, one, other, one, other, one, other].map(({ id }) =>
        errorCodeOf(shop.commerce.deliverParcel({ parcelId: id })),
      ),
    );
    expect(codes.toSorted()).toEqual([
      ...Array<string>(2).fill('accepted'),
      ...Array<string>(6).fill('invalid_transition'),
    ]);
    expect(await lastEvents(orderId, 4)).toEqual([
      'shipment.dispatched',
      'parcel.delivered',
      'parcel.delivered',
      'shipment.delivered',
    ]);
  });
});

describe('a corrected number', () => {
  test('starts the journey of its parcel over, and the former number stays in the history', async () => {
    const { orderId, shipmentId, one, other } = await dispatchTwoParcels();
    await shop.commerce.markShipmentInTransit({ shipmentId });
    const number = { carrier: 'UPS', trackingNumber: newId() };
    expect(await shop.commerce.correctParcel({ parcelId: one.id, ...number })).toMatchObject({
      status: 'IN_TRANSIT',
      ...number,
      parcels: [
        { id: one.id, ...number, tracking: 'LABEL', trackingUrl: expect.stringContaining('ups.com') },
        { id: other.id, trackingNumber: other.trackingNumber, tracking: 'MOVING' },
      ],
    });
    const { items } = await shop.commerce.orderHistory({ orderId });
    expect(items.at(-1)).toMatchObject({
      type: 'parcel.corrected',
      facts: {
        parcelId: one.id,
        shipmentId,
        ...number,
        from: { carrier: 'DHL', trackingNumber: one.trackingNumber },
      },
    });
  });

  test('keeps the carrier unless another one is given, and the shipment shows the first parcel only', async () => {
    const { one, other } = await dispatchTwoParcels();
    const trackingNumber = newId();
    expect(await shop.commerce.correctParcel({ parcelId: other.id, trackingNumber })).toMatchObject({
      carrier: 'DHL',
      trackingNumber: one.trackingNumber,
      parcels: [{}, { carrier: 'DHL', trackingNumber }],
    });
  });

  test('frees the former number, and cannot be that of another parcel on its way', async () => {
    const { one } = await dispatchTwoParcels();
    const { orderId, one: wrong } = await dispatchTwoParcels();
    const toOthers = shop.commerce.correctParcel({ parcelId: one.id, trackingNumber: wrong.trackingNumber });
    await expect(toOthers).rejects.toMatchObject({ code: 'tracking_number_in_use', details: { orderId } });
    await shop.commerce.correctParcel({ parcelId: wrong.id, trackingNumber: newId() });
    const { trackingNumber } = wrong;
    expect(await errorCodeOf(shop.commerce.correctParcel({ parcelId: one.id, trackingNumber }))).toBe('accepted');
  });

  test('that the parcel has already changes nothing', async () => {
    const { orderId, one } = await dispatchTwoParcels();
    await shop.commerce.correctParcel({ parcelId: one.id, trackingNumber: one.trackingNumber });
    expect(await lastEvents(orderId, 1)).toEqual(['shipment.dispatched']);
  });

  test('that two parcels get at once goes to one of them', async () => {
    const [one, other] = [(await dispatchTwoParcels()).one, (await dispatchTwoParcels()).one];
    const trackingNumber = newId();
    const correct = async ({ id: parcelId }: { id: string }) =>
      errorCodeOf(shop.commerce.correctParcel({ parcelId, trackingNumber }));
    expect((await Promise.all([correct(one), correct(other)])).toSorted()).toEqual([
      'accepted',
      'tracking_number_in_use',
    ]);
  });
});

describe('a parcel that is over', () => {
  test.each(['deliverShipment', 'markShipmentLost', 'markShipmentReturned'] as const)(
    'after %s is not delivered again, and of it only the number is corrected',
    async (end) => {
      const { orderId, shipmentId, one } = await dispatchTwoParcels();
      const { status, parcels } = await shop.commerce[end]({ shipmentId });
      const { deliverParcel, correctParcel } = shop.commerce;
      expect(await errorCodeOf(deliverParcel({ parcelId: one.id }))).toBe('invalid_transition');
      // A number that is in use means another parcel now, and is free to be the former one of this.
      const { one: live } = await dispatchTwoParcels();
      const corrected = await correctParcel({ parcelId: one.id, trackingNumber: live.trackingNumber });
      const former = parcels.find(({ id }) => id === one.id);
      expect(corrected).toMatchObject({ status, trackingNumber: live.trackingNumber });
      expect(corrected.parcels[0]).toMatchObject({ tracking: former?.tracking, deliveredAt: former?.deliveredAt });
      expect(await lastEvents(orderId, 1)).toEqual(['parcel.corrected']);
      expect(await shop.commerce.getParcel({ parcelId: one.id })).toMatchObject({ live: false, nextPollAt: null });
      expect(await shop.commerce.doctor()).toEqual([]);
    },
  );

  test('and one that does not exist have different codes', async () => {
    expect(await errorCodeOf(shop.commerce.deliverParcel({ parcelId: randomUUID() }))).toBe('parcel_not_found');
    expect(await errorCodeOf(shop.commerce.correctParcel({ parcelId: randomUUID(), ...newNumber() }))).toBe(
      'parcel_not_found',
    );
  });
});
