import { randomBytes } from 'node:crypto';

/** https://docs.easypost.com/docs/trackers */
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

export type Scan = { status: (typeof easyPostStatuses)[number]; detail: string | null; at: Date | null };

/** A tracker of one number. Some of its scans can be older than the tracker. */
export type EmulatedTracker = {
  id: string;
  carrier: string;
  trackingCode: string;
  createdAt: Date;
  updatedAt: Date;
  scans: Scan[];
};

export const newId = (prefix: string): string => `${prefix}_${randomBytes(16).toString('hex')}`;

const secondsOf = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');

/** A Tracker as EasyPost's API returns it. */
export function trackerObject({ id, carrier, trackingCode, createdAt, updatedAt, scans }: EmulatedTracker) {
  const last = scans.at(-1);
  return {
    id,
    object: 'Tracker',
    mode: 'test',
    tracking_code: trackingCode,
    status: last?.status ?? 'unknown',
    status_detail: last?.detail ?? 'unknown',
    created_at: secondsOf(createdAt),
    updated_at: secondsOf(updatedAt),
    signed_by: last?.status === 'delivered' ? 'SIMULATED RECIPIENT' : null,
    weight: 17,
    est_delivery_date: null,
    shipment_id: null,
    carrier,
    tracking_details: scans.map((scan) => trackingDetail(carrier, scan)),
    carrier_detail: null,
    finalized: last?.status === 'delivered',
    is_return: false,
    public_url: `https://track.easypost.com/${id}`,
    fees: [],
  };
}

const trackingDetail = (source: string, { status, detail, at }: Scan) => ({
  object: 'TrackingDetail',
  message: 'Simulated scan at 1 Main Street',
  description: null,
  status,
  status_detail: detail ?? 'unknown',
  datetime: at && at.toISOString(),
  source,
  carrier_code: null,
  tracking_location: { object: 'TrackingLocation', city: 'Springfield', state: 'OR', country: 'US', zip: '97477' },
});

/** The body of the webhook about a tracker. https://docs.easypost.com/docs/events */
export function eventBody(id: string, description: string, tracker: EmulatedTracker, webhookUrl: string): string {
  const at = secondsOf(tracker.updatedAt);
  const event = {
    description,
    mode: 'test',
    previous_attributes: description === 'tracker.created' ? {} : { status: tracker.scans.at(-2)?.status ?? 'unknown' },
    created_at: at,
    pending_urls: [webhookUrl],
    completed_urls: [],
    updated_at: at,
    id,
    user_id: 'user_1',
    status: 'pending',
    object: 'Event',
    result: trackerObject(tracker),
  };
  // EasyPost writes weights with decimals, as JSON.stringify doesn't.
  return JSON.stringify(event).replaceAll(/"weight":(\d+)(?=[,}])/g, '"weight":$1.0');
}
