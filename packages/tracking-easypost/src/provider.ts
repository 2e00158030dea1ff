import { comparable, type TrackedParcel, TrackingRefusal, type TrackingProvider } from '@commerce-core/core/tracking';
import { easyPostApi, type EasyPostApiOptions } from './api.ts';
import { carrierNames } from './carriers.ts';
import { verifyEasyPostSignature } from './signature.ts';
import { type EasyPostTracker, trackingReport } from './tracker.ts';
import { readEasyPostEvent } from './webhook.ts';

export type EasyPostOptions = EasyPostApiOptions & {
  /** Secrets of the webhook: the current one, and those that are being rotated out. At least one. */
  webhookSecrets: readonly string[];
  /** Further carriers: EasyPost's name (`OnTrac`) by the shop's spelling. */
  carriers?: Readonly<Record<string, string>> | undefined;
};

type EasyPostTracking = TrackingProvider & Required<Pick<TrackingProvider, 'register' | 'poll'>>;

/**
 * The adapter for EasyPost's trackers. https://docs.easypost.com/docs/trackers
 * @throws Error when there is no webhook secret, or an empty one
 */
export function easyPostTracking({ webhookSecrets, carriers, ...options }: EasyPostOptions): EasyPostTracking {
  if (webhookSecrets.length === 0 || webhookSecrets.includes('')) throw new Error('EasyPost needs a webhook secret');
  const api = easyPostApi(options);
  const { nameOf, isCarrier } = carrierNames(carriers);

  /** Whether the tracker is the parcel's: the number may have been corrected since the registration. */
  const isOf = ({ carrier, trackingNumber }: TrackedParcel, tracker: EasyPostTracker): boolean =>
    comparable(tracker.tracking_code) === comparable(trackingNumber) &&
    (!tracker.carrier || isCarrier(carrier, tracker.carrier));

  return {
    name: 'easypost',
    tracks: (carrier) => nameOf(carrier) !== undefined,
    isCarrier,
    receive(message) {
      verifyEasyPostSignature(message, webhookSecrets);
      return readEasyPostEvent(message.rawBody);
    },
    async register({ carrier, trackingNumber }) {
      const tracker = await api.createTracker(nameOrRefusal(nameOf(carrier)), withoutBlanks(trackingNumber));
      return { providerRef: tracker.id, renewAt: null, report: trackingReport(tracker) ?? null };
    },
    async poll(parcel) {
      const known = parcel.providerRef === null ? undefined : await api.findTracker(parcel.providerRef);
      const isKnown = known !== undefined && isOf(parcel, known);
      const name = nameOrRefusal(nameOf(parcel.carrier));
      const tracker = isKnown ? known : await api.findTrackerOf(name, withoutBlanks(parcel.trackingNumber));
      return tracker ? (trackingReport(tracker) ?? null) : null;
    },
  };
}

/** Carriers take a number without the blanks that people write into it. */
const withoutBlanks = (trackingNumber: string): string => trackingNumber.replaceAll(' ', '');

function nameOrRefusal(name: string | undefined): string {
  if (name === undefined)
    throw new TrackingRefusal('carrier_not_tracked', 'EasyPost is not known to track this carrier');
  return name;
}
