import { comparable, type TrackedParcel, TrackingRefusal, type TrackingProvider } from '@commerce-core/core/tracking';
import { registerCallbacks, trackEvents, type TrackedNumber } from './api.ts';
import { readCallback } from './callback.ts';
import { carrierIdOf } from './carriers.ts';
import { graphqlClient, type GraphqlOptions } from './graphql.ts';
import { checkpointsOf } from './track.ts';

export type TrackerDeliveryOptions = GraphqlOptions & {
  /** Where callbacks arrive: `https://<your shop>/api/v1/shipments/webhooks/tracker-delivery`. */
  callbackUrl: string;
};

type TrackerDelivery = TrackingProvider & Required<Pick<TrackingProvider, 'register' | 'poll'>>;

const hourMs = 60 * 60_000;
// The time that tracker.delivery recommends. Half of it is left for a renewal that comes late.
const registrationMs = 48 * hourMs;
const renewalMs = 24 * hourMs;

/** The adapter for tracker.delivery, which tracks parcels of Korean carriers. https://tracker.delivery/docs */
export function trackerDelivery({ callbackUrl, ...options }: TrackerDeliveryOptions): TrackerDelivery {
  const run = graphqlClient(options);
  return {
    name: 'tracker-delivery',
    unsigned: true,
    tracks: (carrier) => carrierIdOf(carrier) !== undefined,
    isCarrier(shopCarrier, reportCarrier) {
      const id = carrierIdOf(shopCarrier) ?? shopCarrier;
      return comparable(id) === comparable(carrierIdOf(reportCarrier) ?? reportCarrier);
    },
    receive: ({ rawBody }) => readCallback(rawBody),
    async register(parcel) {
      const now = Date.now();
      await registerCallbacks(run, numberOf(parcel), callbackUrl, new Date(now + registrationMs));
      return { providerRef: null, renewAt: new Date(now + renewalMs), report: null };
    },
    async poll(parcel) {
      const { carrierId, trackingNumber } = numberOf(parcel);
      const events = await trackEvents(run, { carrierId, trackingNumber });
      if (!events) return null;
      const checkpoints = checkpointsOf({ id: parcel.id, trackingNumber }, events);
      return { carrier: carrierId, trackingNumber, providerRef: null, checkpoints };
    },
  };
}

/** Korean carriers' numbers are digits; people write blanks and hyphens between them. */
function numberOf({ carrier, trackingNumber }: TrackedParcel): TrackedNumber {
  const carrierId = carrierIdOf(carrier);
  if (carrierId === undefined)
    throw new TrackingRefusal('carrier_not_tracked', 'tracker.delivery is not known to track this carrier');
  return { carrierId, trackingNumber: trackingNumber.replaceAll(/[ -]/g, '') };
}
