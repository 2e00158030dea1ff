import { isSameNumber, type TrackingNumber } from './carrier.ts';
import { parcelTrackings, type Parcel, type ParcelTracking } from './parcel.ts';

/**
 * What a checkpoint did. `moved`: the parcel's tracking changed. `recorded`: something later is known already, or the
 * tracking is the same. `former_user`: it is about an earlier parcel with this number. `parcel_over`: the parcel was
 * delivered, lost or returned before.
 */
export const checkpointEffects = ['moved', 'recorded', 'former_user', 'parcel_over'] as const;
export type CheckpointEffect = (typeof checkpointEffects)[number];

/** A checkpoint of a parcel as it is stored. */
export type TrackingEvent = TrackingNumber & {
  id: string;
  parcelId: string;
  provider: string;
  checkpointId: string;
  tracking: ParcelTracking;
  occurredAt: Date | null;
  detail: string | null;
  effect: CheckpointEffect;
  receivedAt: Date;
};

const dayMs = 24 * 60 * 60_000;

/** How long before its dispatch a parcel's own checkpoints may be, and how long after its end. */
const ownBeforeAndAfterMs = 2 * dayMs;

/** When a checkpoint happened. One whose carrier doesn't say counts from its arrival. */
export const timeOf = ({ occurredAt, receivedAt }: Pick<TrackingEvent, 'occurredAt' | 'receivedAt'>): Date =>
  occurredAt ?? receivedAt;

/**
 * The carrier's time of a checkpoint, if it can be true. A time more than a day ahead of the shop's clock counts as
 * none: everything that follows would be older.
 */
export const plausibleTime = (occurredAt: Date | null, now: Date): Date | null =>
  occurredAt !== null && occurredAt.getTime() <= now.getTime() + dayMs ? occurredAt : null;

/** The time before which a checkpoint is about an earlier parcel with the same number. */
export const ownSince = ({ createdAt }: Pick<Parcel, 'createdAt'>): Date =>
  new Date(createdAt.getTime() - ownBeforeAndAfterMs);

/** Whether something that happened then is about an earlier parcel with the same number. */
export const isOfFormerUser = (parcel: Pick<Parcel, 'createdAt'>, at: Date): boolean => at < ownSince(parcel);

/** Whether a parcel that is over can still be meant by what happened then: carriers use its number again later. */
export const mayBeMeantAfterEnd = (
  { deliveredAt, updatedAt }: Pick<Parcel, 'deliveredAt' | 'updatedAt'>,
  at: Date,
): boolean => at.getTime() <= (deliveredAt ?? updatedAt).getTime() + ownBeforeAndAfterMs;

/**
 * How long after a parcel was lost or returned a delivery is its own. Carriers use numbers again later: EasyPost takes
 * a number for the same parcel for three months.
 */
const foundAgainMs = 60 * dayMs;

/** Whether a parcel that was lost or returned can be meant by a delivery that is reported then. */
export const mayBeFoundAgain = ({ deliveredAt, updatedAt }: Pick<Parcel, 'deliveredAt' | 'updatedAt'>, at: Date) =>
  deliveredAt === null && at.getTime() <= updatedAt.getTime() + foundAgainMs;

const inTransit: readonly ParcelTracking[] = [
  'MOVING',
  'OUT_FOR_DELIVERY',
  'AT_PICKUP_POINT',
  'ATTEMPT_FAILED',
  'DELIVERED',
];
const troubles: readonly ParcelTracking[] = ['PROBLEM', 'RETURNING', 'SILENT'];

/** Where a journey is by its checkpoints. */
export type Journey = {
  /** The latest place; DELIVERED wins. null while nothing but LABEL is known. */
  tracking: ParcelTracking | null;
  at: Date | null;
  /** Whether the carrier has moved the parcel. */
  isInTransit: boolean;
  /** Whether an operator has to look. A parcel that was on its way back may have been delivered to the shop. */
  troubled: boolean;
};

type Known = Pick<TrackingEvent, 'tracking' | 'occurredAt' | 'receivedAt'>;
type Place = { tracking: ParcelTracking; at: Date };

/**
 * Where a parcel is by all checkpoints of its present number, in whichever order they came. Of two checkpoints of the
 * same time, the one that stands later in `parcelTrackings` counts.
 * @param isDelivered whether the parcel was delivered without a checkpoint: an operator said so
 */
export function journeyOf(checkpoints: readonly Known[], isDelivered = false): Journey {
  const places = checkpoints
    .filter(({ tracking }) => tracking !== 'LABEL')
    .map((checkpoint): Place => ({ tracking: checkpoint.tracking, at: timeOf(checkpoint) }));
  const onTheWay = latest(places.filter(({ tracking }) => tracking !== 'DELIVERED'));
  const delivered = latest(places.filter(({ tracking }) => tracking === 'DELIVERED'));
  const place = delivered ?? onTheWay;
  const trouble = onTheWay !== undefined && troubles.includes(onTheWay.tracking);
  return {
    tracking: place?.tracking ?? null,
    at: place?.at ?? null,
    isInTransit: places.some(({ tracking }) => inTransit.includes(tracking)),
    troubled: trouble && ((delivered === undefined && !isDelivered) || onTheWay.tracking === 'RETURNING'),
  };
}

const rank = (tracking: ParcelTracking): number => parcelTrackings.indexOf(tracking);

const isLater = (a: Place, b: Place): boolean =>
  a.at.getTime() === b.at.getTime() ? rank(a.tracking) > rank(b.tracking) : a.at > b.at;

const latest = (places: readonly Place[]): Place | undefined =>
  places.reduce<Place | undefined>((last, place) => (last && !isLater(place, last) ? last : place), undefined);

/** Whether a journey takes a parcel further than where it is known to be. */
export function movesParcel({ tracking, at }: Journey, parcel: Pick<Parcel, 'tracking' | 'checkpointAt'>): boolean {
  if (tracking === null || at === null || tracking === parcel.tracking || parcel.tracking === 'DELIVERED') return false;
  if (tracking === 'DELIVERED' || parcel.checkpointAt === null) return true;
  return isLater({ tracking, at }, { tracking: parcel.tracking, at: parcel.checkpointAt });
}

/** The checkpoints of a parcel's present number that are its own. */
export const ownCheckpoints = (parcel: Parcel, events: readonly TrackingEvent[]): TrackingEvent[] =>
  events.filter(
    (event) => event.parcelId === parcel.id && event.effect !== 'former_user' && isSameNumber(event, parcel),
  );
