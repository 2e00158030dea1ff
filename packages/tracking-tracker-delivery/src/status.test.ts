import { expect, test } from 'vitest';
import { parcelTrackings, type ParcelTracking } from '@commerce-core/core/tracking';
import { trackingOf, trackings } from './status.ts';

/** https://tracker.delivery/docs/api-schema/enums/track-event-status-code */
const rows: [string, ParcelTracking][] = [
  ['INFORMATION_RECEIVED', 'LABEL'],
  ['AT_PICKUP', 'PICKED_UP'],
  ['IN_TRANSIT', 'MOVING'],
  ['OUT_FOR_DELIVERY', 'OUT_FOR_DELIVERY'],
  ['AVAILABLE_FOR_PICKUP', 'AT_PICKUP_POINT'],
  ['ATTEMPT_FAIL', 'ATTEMPT_FAILED'],
  ['EXCEPTION', 'PROBLEM'],
  ['DELIVERED', 'DELIVERED'],
  ['UNKNOWN', 'SILENT'],
];

test.each(rows)('%s means %s', (code, tracking) => {
  expect(trackingOf(code)).toBe(tracking);
});

test('every documented code has a tracking, and RETURNING alone has no code', () => {
  expect(Object.keys(trackings).toSorted()).toEqual(rows.map(([code]) => code).toSorted());
  expect(parcelTrackings.filter((tracking) => !Object.values<ParcelTracking>(trackings).includes(tracking))).toEqual([
    'RETURNING',
  ]);
});

test.each(['', 'delivered', 'RETURNED', 'constructor', '__proto__'])(
  'the undocumented code %j means UNKNOWN',
  (code) => {
    expect(trackingOf(code)).toBe('SILENT');
  },
);
