import { numberKey, remember } from '../../trackers/tracker-emulator.ts';

/** https://tracker.delivery/docs/api-schema/enums/track-event-status-code */
export const statusCodes = [
  'UNKNOWN',
  'INFORMATION_RECEIVED',
  'AT_PICKUP',
  'IN_TRANSIT',
  'OUT_FOR_DELIVERY',
  'ATTEMPT_FAIL',
  'DELIVERED',
  'AVAILABLE_FOR_PICKUP',
  'EXCEPTION',
] as const;

export type Scan = { code: (typeof statusCodes)[number]; name: string | null; at: Date | null };
export type ParcelNumber = { carrierId: string; trackingNumber: string };
type Registration = ParcelNumber & { callbackUrl: string; expiresAt: Date };

/** The events of one page, as GraphQL connections have them. */
export type Page = { scans: Scan[]; hasNextPage: boolean; endCursor: string | null };

/** What carriers have scanned, and where changes are called back. */
export class TrackerDeliveryBook {
  readonly #scans = new Map<string, Scan[]>();
  readonly #registrations = new Map<string, Registration>();

  /** Registers a callback, or moves its expiration. A time that has passed ends it. */
  register(registration: Registration): void {
    const { carrierId, trackingNumber, callbackUrl } = registration;
    remember(this.#registrations, `${numberKey(carrierId, trackingNumber)} ${callbackUrl}`, registration);
  }

  /** Records a scan. Returns the registrations of the number that haven't expired. */
  scan({ carrierId, trackingNumber }: ParcelNumber, scan: Scan, now: Date): Registration[] {
    const key = numberKey(carrierId, trackingNumber);
    const scans = this.#scans.get(key) ?? [];
    scans.push(scan);
    remember(this.#scans, key, scans);
    return [...this.#registrations.values()].filter(
      (one) => numberKey(one.carrierId, one.trackingNumber) === key && one.expiresAt > now,
    );
  }

  /** Returns `first` events after a cursor; undefined when nothing is known of the number. */
  page({ carrierId, trackingNumber }: ParcelNumber, first: number, after: string | null): Page | undefined {
    const scans = this.#scans.get(numberKey(carrierId, trackingNumber));
    if (!scans) return undefined;
    const start = after === null ? 0 : Number(after);
    const end = Math.min(start + first, scans.length);
    return { scans: scans.slice(start, end), hasNextPage: end < scans.length, endCursor: end > 0 ? String(end) : null };
  }
}
