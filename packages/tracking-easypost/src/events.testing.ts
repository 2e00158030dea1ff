/** A detail of a tracker, as EasyPost writes it, with the fields that must not be read. */
export const detail = (status: string, statusDetail: string | null, datetime: string | null) => ({
  object: 'TrackingDetail',
  message: 'Left with Jane Doe, 1 Main Street',
  description: 'Left with Jane Doe, 1 Main Street',
  status,
  status_detail: statusDetail,
  datetime,
  source: 'FedEx',
  carrier_code: 'AR',
  tracking_location: { object: 'TrackingLocation', city: 'ORLANDO', state: 'FL', country: 'US', zip: '32809' },
});

/** A tracker of FedEx's number 1 that is moving, as EasyPost writes it. */
export const tracker = (changes: object = {}) => ({
  id: 'trk_1',
  object: 'Tracker',
  mode: 'production',
  tracking_code: '1',
  status: 'in_transit',
  status_detail: 'arrived_at_facility',
  created_at: '2026-07-31T14:45:27Z',
  updated_at: '2026-08-02T19:26:51Z',
  signed_by: 'Jane Doe',
  weight: 17.6,
  est_delivery_date: null,
  shipment_id: null,
  carrier: 'FedEx',
  tracking_details: [
    detail('pre_transit', 'label_created', '2026-07-31T15:00:00Z'),
    detail('in_transit', 'arrived_at_facility', '2026-08-01T09:00:00-04:00'),
  ],
  carrier_detail: null,
  finalized: false,
  is_return: false,
  public_url: 'https://track.easypost.com/1',
  fees: [],
  ...changes,
});

/** The event about a tracker, as EasyPost writes it. */
export const event = (result: unknown = tracker(), changes: object = {}) => ({
  description: 'tracker.updated',
  mode: 'production',
  previous_attributes: { status: 'pre_transit' },
  created_at: '2026-08-02T19:26:52.000Z',
  pending_urls: ['https://shop.example/api/v1/shipments/webhooks/easypost'],
  completed_urls: [],
  updated_at: '2026-08-02T19:26:52.000Z',
  id: 'evt_1',
  user_id: 'user_1',
  status: 'pending',
  object: 'Event',
  result,
  ...changes,
});
