import { describe, expect, test } from 'vitest';
import { correctParcel, newParcel, parcelTrackings, parcelTransitions, trackParcel, type Parcel } from './parcel.ts';
import type { Shipment, ShipmentStatus } from './shipment.ts';

const created = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');
const parcel: Parcel = newParcel(
  { id: 'p', shipmentId: 's', orderId: 'o', carrier: 'DHL', trackingNumber: '1' },
  created,
);
const shipmentIn = (status: ShipmentStatus): Shipment => ({
  id: 's',
  orderId: 'o',
  returnId: null,
  status,
  carrier: 'DHL',
  trackingNumber: '1',
  shippedAt: created,
  deliveredAt: null,
  createdAt: created,
  updatedAt: created,
});
const delivered: Parcel = { ...parcel, tracking: 'DELIVERED', live: false, deliveredAt: created };
const refusal = (from: string, to: string) =>
  expect.objectContaining({ code: 'invalid_transition', details: { subject: 'parcel', from, to } });

describe('the tracking of a parcel', () => {
  test('can change to every other tracking until the parcel is DELIVERED', () => {
    for (const from of parcelTrackings)
      expect(parcelTransitions[from], from).toEqual(
        from === 'DELIVERED' ? [] : parcelTrackings.filter((to) => to !== from),
      );
  });

  test('keeps the parcel live on its way, and ends it with the delivery', () => {
    expect(trackParcel(parcel, shipmentIn('SHIPPED'), 'MOVING', now)).toEqual({
      ...parcel,
      tracking: 'MOVING',
      checkpointAt: now,
      updatedAt: now,
    });
    expect(trackParcel(parcel, shipmentIn('IN_TRANSIT'), 'DELIVERED', now)).toEqual({
      ...parcel,
      tracking: 'DELIVERED',
      live: false,
      checkpointAt: now,
      deliveredAt: now,
      updatedAt: now,
    });
  });

  test.each(['READY', 'CANCELED', 'LOST', 'RETURNED'] as const)(
    'does not change in a shipment that is %s',
    (status) => {
      expect(() => trackParcel(parcel, shipmentIn(status), 'MOVING', now)).toThrow(refusal(status, 'MOVING'));
    },
  );

  test('does not change after the delivery', () => {
    expect(() => trackParcel(delivered, shipmentIn('SHIPPED'), 'MOVING', now)).toThrow(refusal('DELIVERED', 'MOVING'));
  });
});

describe('a corrected number', () => {
  const number = { carrier: 'UPS', trackingNumber: '2' };

  test('starts the journey over, and makes the parcel live and due', () => {
    const journey = { checkpointAt: created, heardAt: created, troubled: true, provider: 'mock', providerRef: 'r' };
    const moving: Parcel = { ...parcel, ...journey, tracking: 'OUT_FOR_DELIVERY' };
    expect(correctParcel(moving, shipmentIn('IN_TRANSIT'), number, now)).toEqual({
      ...parcel,
      ...number,
      updatedAt: now,
      dueAt: now,
    });
  });

  test('changes nothing else of a parcel that is over', () => {
    expect(correctParcel(delivered, shipmentIn('SHIPPED'), number, now)).toEqual({
      ...delivered,
      ...number,
      updatedAt: now,
    });
    const lost = { ...parcel, live: false };
    expect(correctParcel(lost, shipmentIn('LOST'), number, now)).toEqual({ ...lost, ...number, updatedAt: now });
  });
});
