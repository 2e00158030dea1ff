import { describe, expect, test } from 'vitest';
import { parcelTrackings, type ParcelTracking } from '@commerce-core/core/tracking';
import { easyPostStatuses, trackingOf } from './status.ts';

/** The details of EasyPost's library 8.9, types/Tracker/TrackerStatusDetail.d.ts. */
const details = (
  'address_correction arrived_at_destination arrived_at_facility arrived_at_pickup_location awaiting_information ' +
  'cancelled damaged delayed delivery_exception departed_facility departed_origin_facility expired failure held ' +
  'in_transit label_created lost missorted out_for_delivery received_at_destination_facility ' +
  'received_at_origin_facility refused return status_update transferred_to_destination_carrier transit_exception ' +
  'unknown weather_delay'
).split(' ');

describe('a status and its detail mean a tracking', () => {
  test.each<[string, string | null, ParcelTracking]>([
    ['unknown', 'unknown', 'SILENT'],
    ['pre_transit', 'label_created', 'LABEL'],
    ['in_transit', 'received_at_origin_facility', 'PICKED_UP'],
    ['in_transit', 'departed_origin_facility', 'MOVING'],
    ['in_transit', 'weather_delay', 'MOVING'],
    ['in_transit', null, 'MOVING'],
    ['out_for_delivery', 'out_for_delivery', 'OUT_FOR_DELIVERY'],
    ['available_for_pickup', 'arrived_at_pickup_location', 'AT_PICKUP_POINT'],
    ['failure', 'delivery_exception', 'ATTEMPT_FAILED'],
    ['failure', 'address_correction', 'ATTEMPT_FAILED'],
    ['failure', null, 'ATTEMPT_FAILED'],
    ['failure', 'lost', 'PROBLEM'],
    ['failure', 'damaged', 'PROBLEM'],
    ['failure', 'refused', 'PROBLEM'],
    ['failure', 'expired', 'PROBLEM'],
    ['failure', 'cancelled', 'PROBLEM'],
    ['failure', 'return', 'RETURNING'],
    ['error', 'transit_exception', 'PROBLEM'],
    ['error', null, 'PROBLEM'],
    ['error', 'return', 'RETURNING'],
    ['cancelled', 'cancelled', 'PROBLEM'],
    ['delivered', 'arrived_at_destination', 'DELIVERED'],
    ['return_to_sender', 'return', 'RETURNING'],
  ])('%s, %s: %s', (status, detail, tracking) => {
    expect(trackingOf(status, detail)).toBe(tracking);
  });
});

test('every documented status has a tracking with every documented detail, and delivered is only delivered', () => {
  for (const status of easyPostStatuses)
    for (const detail of [null, ...details]) {
      const tracking = trackingOf(status, detail);
      expect(parcelTrackings, `${status} ${detail}`).toContain(tracking);
      expect(tracking === 'DELIVERED', `${status} ${detail}`).toBe(status === 'delivered');
      expect(tracking === 'SILENT', `${status} ${detail}`).toBe(status === 'unknown');
    }
});

test('every tracking of a parcel comes from some status', () => {
  const reached = easyPostStatuses.flatMap((status) => [null, ...details].map((detail) => trackingOf(status, detail)));
  expect([...new Set(reached)].toSorted()).toEqual([...parcelTrackings].toSorted());
});

test.each(['', 'Delivered', 'DELIVERED', 'constructor', '__proto__', 'toString', 'teleported'])(
  'the undocumented status %j means no more than unknown, and as a detail nothing',
  (word) => {
    expect(trackingOf(word, 'lost')).toBe('SILENT');
    expect(trackingOf('failure', word)).toBe('ATTEMPT_FAILED');
  },
);
