import type { RunningShop } from '../setup/shop.ts';
import type { Scan, Tracking, World } from '../shop/world.ts';
import type { Pending } from './unfinished.ts';

type ParcelRow = { id: string; trackingNumber: string; tracking: Tracking };

const examplesMax = 5;

/** Where a parcel is by its carrier's clock: the latest place, except that DELIVERED is final. */
export const placeOf = (scans: readonly Pick<Scan, 'status' | 'at'>[]): Tracking => {
  const inOrder = scans.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return inOrder.some(({ status }) => status === 'DELIVERED') ? 'DELIVERED' : (inOrder.at(-1)?.status ?? 'LABEL');
};

/**
 * Reads the parcels that are somewhere else by the shop than by their carrier; none in a shop that has caught up. Where
 * an operator has said that a shipment came back, the carrier does not count any more.
 */
export async function readParcelsElsewhere(
  { database }: Pick<RunningShop, 'database'>,
  { scans }: Pick<World, 'scans'>,
): Promise<Pending[]> {
  if (scans.length === 0) return [];
  const parcels = await database.query<ParcelRow>(`
    select p.id, p.tracking_number as "trackingNumber", p.tracking from commerce.parcels p
    join commerce.shipments s on s.id = p.shipment_id where s.status not in ('LOST', 'RETURNED')`);
  const scansOf = Map.groupBy(scans, ({ parcelId }) => parcelId);
  const elsewhere = parcels.flatMap((parcel) => {
    const known = scansOf.get(parcel.id);
    const place = known && placeOf(known);
    return place === undefined || place === parcel.tracking
      ? []
      : [`${parcel.id} ${parcel.trackingNumber} is ${parcel.tracking}, and ${place} by its carrier`];
  });
  return elsewhere.length === 0
    ? []
    : [{ what: 'parcels behind their carrier', count: elsewhere.length, examples: elsewhere.slice(0, examplesMax) }];
}
