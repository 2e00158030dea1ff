import { expect, test } from 'vitest';
import { newParcel, type Parcel, type ParcelTracking } from '../../shipping/parcel.ts';
import { mockTracking } from '../../shipping/mock-tracking.ts';
import { liveParcelsOfNumber, matchParcel } from './match-parcel.ts';

const now = new Date('2026-06-01T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60_000);
const provider = mockTracking([`whsec_${Buffer.alloc(24, 7).toString('base64')}`]);

const parcelOf = (id: string, created: Date, more: Partial<Parcel> = {}): Parcel => ({
  ...newParcel({ id, shipmentId: 's', orderId: 'o', carrier: 'Mock Post', trackingNumber: 'A 1' }, created),
  ...more,
});
const report = (occurredAt: Date | null, tracking: ParcelTracking = 'MOVING') => ({
  carrier: 'mock-post',
  trackingNumber: 'a1',
  providerRef: null,
  checkpoints: [{ checkpointId: 'c', tracking, occurredAt, detail: null }],
});
const match = (parcels: Parcel[], at: Date | null = now, tracking?: ParcelTracking) =>
  matchParcel(provider, report(at, tracking), parcels, now)?.id;

const over = parcelOf('over', daysAgo(3), { live: false, deliveredAt: daysAgo(1), provider: 'mock' });
const live = parcelOf('live', daysAgo(0));

test('a number means its live parcel, also when its provider has only tracked the former one', () => {
  expect(match([over, live])).toBe('live');
  expect(match([live, over])).toBe('live');
});

test('a number of a parcel that is over means that parcel for two days, and none afterwards', () => {
  expect(match([over])).toBe('over');
  expect(match([{ ...over, deliveredAt: daysAgo(3) }])).toBeUndefined();
  expect(match([{ ...over, deliveredAt: daysAgo(3) }], daysAgo(2))).toBe('over');
  expect(match([{ ...over, deliveredAt: daysAgo(3) }], null)).toBeUndefined();
});

test('a delivery means the last parcel with the number for 60 days after it was lost or returned', () => {
  const lost = (days: number) => parcelOf('lost', daysAgo(days + 5), { live: false, updatedAt: daysAgo(days) });
  expect(match([lost(3)], now, 'DELIVERED')).toBe('lost');
  expect(match([lost(60)], now, 'DELIVERED')).toBe('lost');
  expect(match([lost(61)], now, 'DELIVERED')).toBeUndefined();
  expect(match([lost(3)], now, 'OUT_FOR_DELIVERY')).toBeUndefined();
  // The number was used again since.
  expect(match([lost(20), { ...over, deliveredAt: daysAgo(3) }], now, 'DELIVERED')).toBeUndefined();
  expect(match([lost(20), live], now, 'DELIVERED')).toBe('live');
});

test('another number and another carrier mean no parcel', () => {
  expect(match([parcelOf('other', now, { trackingNumber: 'A 2' })])).toBeUndefined();
  expect(match([parcelOf('other', now, { carrier: 'Mock Express' })])).toBeUndefined();
  expect(match([])).toBeUndefined();
});

test('only live parcels are polled because of a message', () => {
  expect(liveParcelsOfNumber(provider, report(now), [over, live]).map(({ id }) => id)).toEqual(['live']);
});
