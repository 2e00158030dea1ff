import { numberKey, remember } from '../../trackers/tracker-emulator.ts';

export const statuses = [
  'LABEL',
  'PICKED_UP',
  'MOVING',
  'OUT_FOR_DELIVERY',
  'AT_PICKUP_POINT',
  'ATTEMPT_FAILED',
  'PROBLEM',
  'RETURNING',
  'SILENT',
  'DELIVERED',
] as const;
export type Status = (typeof statuses)[number];

export type Scan = { checkpointId: string; tracking: Status; occurredAt: string | null; detail: string | null };
export type ParcelNumber = { carrier: string; trackingNumber: string };
export type Parcel = ParcelNumber & { scans: { scan: Scan; visibleAt: number }[] };

/** A number as the carrier compares it: also without blanks. */
const keyOf = ({ carrier, trackingNumber }: ParcelNumber): string =>
  numberKey(carrier, trackingNumber).replaceAll(' ', '');

/** What the carrier has scanned, and the parcels that the shop has registered. */
export class MockCarrierBook {
  readonly #parcels = new Map<string, Parcel>();
  readonly #registered = new Map<string, Parcel>();

  /** Returns the parcel with a number, which is a new one if the number is unknown. */
  parcelOf({ carrier, trackingNumber }: ParcelNumber): Parcel {
    const key = keyOf({ carrier, trackingNumber });
    const known = this.#parcels.get(key);
    if (known) return known;
    const parcel: Parcel = { carrier, trackingNumber, scans: [] };
    remember(this.#parcels, key, parcel);
    return parcel;
  }

  /** Registers a parcel by the shop's id. */
  register(id: string, number: ParcelNumber): { parcel: Parcel; isNew: boolean } {
    const parcel = this.parcelOf(number);
    const isNew = !this.#registered.has(id);
    remember(this.#registered, id, parcel);
    return { parcel, isNew };
  }

  registered(id: string): Parcel | undefined {
    return this.#registered.get(id);
  }

  /** Records a scan. It is reported from its time on. */
  scan(parcel: Parcel, { tracking, occurredAt, detail }: Omit<Scan, 'checkpointId'>): Scan {
    const scan = { checkpointId: `${keyOf(parcel)} ${parcel.scans.length + 1}`, tracking, occurredAt, detail };
    parcel.scans.push({ scan, visibleAt: occurredAt === null ? 0 : Date.parse(occurredAt) });
    return scan;
  }
}

/** A parcel as the carrier reports it now. */
export const reportOf = ({ carrier, trackingNumber, scans }: Parcel) => ({
  carrier,
  trackingNumber,
  providerRef: `mock-${keyOf({ carrier, trackingNumber })}`,
  checkpoints: scans.filter(({ visibleAt }) => visibleAt <= Date.now()).map(({ scan }) => scan),
});
