import { invalidTransition } from '../errors.ts';
import { trackingUrlOf, type TrackingNumber } from './carrier.ts';
import type { Shipment } from './shipment.ts';

const journey = [
  'PICKED_UP',
  'MOVING',
  'OUT_FOR_DELIVERY',
  'AT_PICKUP_POINT',
  'ATTEMPT_FAILED',
  'PROBLEM',
  'RETURNING',
  'SILENT',
] as const;

/** Where a parcel is by its carrier's word. `LABEL`: the carrier has reported nothing yet. */
export const parcelTrackings = ['LABEL', ...journey, 'DELIVERED'] as const;
export type ParcelTracking = (typeof parcelTrackings)[number];

/** Any place of the journey can follow any other, because carriers leave out and repeat what they report. */
const others = (tracking: ParcelTracking) => parcelTrackings.filter((other) => other !== tracking);

/** What a parcel's tracking can change to. Only a corrected number takes it back to LABEL. DELIVERED is final. */
export const parcelTransitions: Readonly<Record<ParcelTracking, readonly ParcelTracking[]>> = {
  LABEL: others('LABEL'),
  PICKED_UP: others('PICKED_UP'),
  MOVING: others('MOVING'),
  OUT_FOR_DELIVERY: others('OUT_FOR_DELIVERY'),
  AT_PICKUP_POINT: others('AT_PICKUP_POINT'),
  ATTEMPT_FAILED: others('ATTEMPT_FAILED'),
  PROBLEM: others('PROBLEM'),
  RETURNING: others('RETURNING'),
  SILENT: others('SILENT'),
  DELIVERED: [],
};

/**
 * One parcel of a shipment that has left. `live`: its carrier's number means this parcel. Carriers use numbers again,
 * so a parcel that is over isn't live: it is DELIVERED, or its shipment is LOST or RETURNED.
 */
export type Parcel = TrackingNumber &
  ProviderState & {
    id: string;
    shipmentId: string;
    orderId: string;
    tracking: ParcelTracking;
    live: boolean;
    deliveredAt: Date | null;
    createdAt: Date;
    updatedAt: Date;
    /** When the carrier last reported this tracking, by its clock; null while it has reported nothing. */
    checkpointAt: Date | null;
    /** Whether an operator has to look: the carrier reports a problem, sends the parcel back, or says nothing. */
    troubled: boolean;
    /** When the carrier last reported something new, or when its silence began to count. */
    heardAt: Date | null;
  };

/** How far a parcel's provider is with it. Written by the worker that has the parcel's lease. */
type ProviderState = {
  /** The provider that tracks the carrier; null while none has taken the parcel. */
  provider: string | null;
  providerRef: string | null;
  registeredAt: Date | null;
  /** When the parcel must be registered again; null: never. */
  renewAt: Date | null;
  /** How often the parcel was claimed without a definite answer since. */
  attempts: number;
  /** The provider's code for its refusal; `no_answer`; or `internal_error` when its answer could not be stored. */
  failureCode: string | null;
  /** When a worker last claimed the parcel. */
  polledAt: Date | null;
  /** When the parcel is registered, polled or found silent next; while a worker does so, the end of its lease. */
  dueAt: Date | null;
};

/** A parcel that no provider has taken yet. */
const untracked: Omit<ProviderState, 'dueAt'> & Pick<Parcel, 'checkpointAt' | 'troubled' | 'heardAt'> = {
  checkpointAt: null,
  troubled: false,
  heardAt: null,
  provider: null,
  providerRef: null,
  registeredAt: null,
  renewAt: null,
  attempts: 0,
  failureCode: null,
  polledAt: null,
};

/** A parcel as callers see it. `trackingUrl` is the carrier's page about it; null for a carrier that isn't known. */
export type ParcelView = Pick<
  Parcel,
  'id' | 'carrier' | 'trackingNumber' | 'tracking' | 'checkpointAt' | 'deliveredAt'
> & { trackingUrl: string | null };

export const parcelView = ({
  id,
  carrier,
  trackingNumber,
  tracking,
  checkpointAt,
  deliveredAt,
}: Parcel): ParcelView => ({
  id,
  carrier,
  trackingNumber,
  trackingUrl: trackingUrlOf({ carrier, trackingNumber }),
  tracking,
  checkpointAt,
  deliveredAt,
});

/** A parcel that has just been handed to its carrier. */
export const newParcel = (
  parcel: Pick<Parcel, 'id' | 'shipmentId' | 'orderId' | 'carrier' | 'trackingNumber'>,
  now: Date,
): Parcel => ({
  ...untracked,
  ...parcel,
  tracking: 'LABEL',
  live: true,
  deliveredAt: null,
  createdAt: now,
  updatedAt: now,
  dueAt: now,
});

/**
 * The parcel with a new tracking, which begins at `checkpointAt`: now, unless a carrier says when. A DELIVERED one
 * isn't live any more.
 * @throws invalid_transition when the parcel is over: DELIVERED, or in a shipment that is LOST or RETURNED
 */
export function trackParcel(
  parcel: Parcel,
  shipment: Shipment,
  to: ParcelTracking,
  now: Date,
  checkpointAt: Date | null = now,
): Parcel {
  requireOnItsWay(shipment, to);
  if (!parcelTransitions[parcel.tracking].includes(to)) throw invalidTransition('parcel', parcel.tracking, to);
  const delivered = to === 'DELIVERED' ? { live: false, deliveredAt: now } : {};
  return { ...parcel, tracking: to, checkpointAt, troubled: false, ...delivered, updatedAt: now };
}

/**
 * The parcel with its number corrected: its journey starts over at LABEL. Of a parcel that is over only the number
 * changes: what an operator or a carrier has said about its end stays.
 */
export function correctParcel(parcel: Parcel, shipment: Shipment, number: TrackingNumber, now: Date): Parcel {
  if (!parcel.live) return { ...parcel, ...number, updatedAt: now };
  const restarted = parcel.tracking === 'LABEL' ? parcel : trackParcel(parcel, shipment, 'LABEL', now);
  return { ...restarted, ...untracked, ...number, live: true, updatedAt: now, dueAt: now };
}

function requireOnItsWay({ status }: Shipment, to: ParcelTracking): void {
  if (status === 'SHIPPED' || status === 'IN_TRANSIT' || status === 'DELIVERED') return;
  throw invalidTransition('parcel', status, to);
}
