import { comparable, type TrackingNumber } from '../../shipping/carrier.ts';
import { mayBeFoundAgain, mayBeMeantAfterEnd } from '../../shipping/checkpoint.ts';
import type { Parcel } from '../../shipping/parcel.ts';
import type { TrackingProvider, TrackingReport } from '../../shipping/tracking-provider.ts';

type Namer = Pick<TrackingProvider, 'name' | 'isCarrier'>;

/**
 * The parcel that a report is about: the live one with its number. Carriers use numbers again, so a parcel that is over
 * is meant only by what happened until two days after its end, and for longer by its delivery after it was lost or
 * returned. Returns undefined when no parcel is meant: the report waits for a dispatch.
 */
export function matchParcel(
  provider: Namer,
  report: TrackingReport,
  parcels: readonly Parcel[],
  now: Date,
): Parcel | undefined {
  const named = parcelsOfNumber(provider, report, parcels);
  const [live] = named.filter((parcel) => parcel.live);
  if (live) return live;
  const last = report.checkpoints.reduce<Date>((latest, { occurredAt }) => {
    const at = occurredAt ?? now;
    return at > latest ? at : latest;
  }, new Date(0));
  return named.find((parcel) => mayBeMeantAfterEnd(parcel, last)) ?? findDeliveredAfterAll(report, named, last);
}

/** The last parcel of these, if it was lost or returned and is delivered after all by a report. */
function findDeliveredAfterAll(
  { checkpoints }: TrackingReport,
  named: readonly Parcel[],
  at: Date,
): Parcel | undefined {
  const [last] = named.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const isDelivery = checkpoints.some(({ tracking }) => tracking === 'DELIVERED');
  return last && isDelivery && mayBeFoundAgain(last, at) ? last : undefined;
}

/** The live parcels that a provider's number means. */
export const liveParcelsOfNumber = (provider: Namer, number: TrackingNumber, parcels: readonly Parcel[]): Parcel[] =>
  parcelsOfNumber(provider, number, parcels).filter(({ live }) => live);

/** The parcels with a number: those that this provider tracks first, then the latest ones. */
function parcelsOfNumber(
  { name, isCarrier }: Namer,
  { carrier, trackingNumber }: TrackingNumber,
  parcels: readonly Parcel[],
): Parcel[] {
  const number = comparable(trackingNumber);
  return parcels
    .filter((parcel) => comparable(parcel.trackingNumber) === number && isCarrier(parcel.carrier, carrier))
    .toSorted(
      (a, b) =>
        Number(b.provider === name) - Number(a.provider === name) || b.createdAt.getTime() - a.createdAt.getTime(),
    );
}
