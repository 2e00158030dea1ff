import type { ParcelTracking } from '@commerce-core/core/tracking';

/** By `TrackEventStatusCode`. https://tracker.delivery/docs/api-schema/enums/track-event-status-code */
export const trackings = {
  UNKNOWN: 'SILENT',
  INFORMATION_RECEIVED: 'LABEL',
  AT_PICKUP: 'PICKED_UP',
  IN_TRANSIT: 'MOVING',
  OUT_FOR_DELIVERY: 'OUT_FOR_DELIVERY',
  ATTEMPT_FAIL: 'ATTEMPT_FAILED',
  DELIVERED: 'DELIVERED',
  AVAILABLE_FOR_PICKUP: 'AT_PICKUP_POINT',
  EXCEPTION: 'PROBLEM',
} as const satisfies Record<string, ParcelTracking>;

const isCode = (code: string): code is keyof typeof trackings => Object.hasOwn(trackings, code);

/** The tracking that a status means. A code that isn't documented means no more than `UNKNOWN`. */
export const trackingOf = (code: string): ParcelTracking => (isCode(code) ? trackings[code] : trackings.UNKNOWN);
