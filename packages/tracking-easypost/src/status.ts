import type { ParcelTracking } from '@commerce-core/core/tracking';

/** The statuses of a tracker and of its details. https://docs.easypost.com/docs/trackers */
export const easyPostStatuses = [
  'unknown',
  'pre_transit',
  'in_transit',
  'out_for_delivery',
  'delivered',
  'available_for_pickup',
  'return_to_sender',
  'failure',
  'cancelled',
  'error',
] as const;
type EasyPostStatus = (typeof easyPostStatuses)[number];

const trackings: Record<EasyPostStatus, ParcelTracking> = {
  unknown: 'SILENT',
  pre_transit: 'LABEL',
  in_transit: 'MOVING',
  out_for_delivery: 'OUT_FOR_DELIVERY',
  delivered: 'DELIVERED',
  available_for_pickup: 'AT_PICKUP_POINT',
  return_to_sender: 'RETURNING',
  failure: 'ATTEMPT_FAILED',
  cancelled: 'PROBLEM',
  error: 'PROBLEM',
};

/** Where the detail says more than the status. After the other failures the carrier tries again. */
const byDetail: Partial<Record<EasyPostStatus, Readonly<Record<string, ParcelTracking>>>> = {
  in_transit: { received_at_origin_facility: 'PICKED_UP' },
  failure: {
    cancelled: 'PROBLEM',
    damaged: 'PROBLEM',
    expired: 'PROBLEM',
    lost: 'PROBLEM',
    refused: 'PROBLEM',
    return: 'RETURNING',
  },
  error: { return: 'RETURNING' },
};

const isStatus = (status: string): status is EasyPostStatus => easyPostStatuses.some((known) => known === status);

/** The tracking that a status and its detail mean. A status that isn't documented means no more than `unknown`. */
export function trackingOf(status: string, detail: string | null): ParcelTracking {
  if (!isStatus(status)) return 'SILENT';
  const details = byDetail[status];
  const special = detail !== null && details && Object.hasOwn(details, detail) ? details[detail] : undefined;
  return special ?? trackings[status];
}
