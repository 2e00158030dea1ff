import { carrierActor } from '../../events/actor.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Parcel } from '../../shipping/parcel.ts';
import { findParcelsOfNumbers } from '../../shipping/parcel-repository.ts';
import { loadTrackingEvents, readOwnedCheckpoints } from '../../shipping/tracking-event-repository.ts';
import { pollParcelsSoon, trackParcelsJob } from '../../shipping/tracked-parcel-repository.ts';
import type { TrackingMessage, TrackingProvider, TrackingReport } from '../../shipping/tracking-provider.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyReport, type KnownCheckpoints } from './apply-report.ts';
import { liveParcelsOfNumber, matchParcel } from './match-parcel.ts';

const locks = { shipments: true, parcels: true, refundLines: true };

/** Locks the orders of parcels, with what applying a report needs. */
export const lockOrdersOfParcels = async (
  tx: Transaction,
  parcels: readonly Pick<Parcel, 'orderId'>[],
): Promise<UnitOfWork> => UnitOfWork.lock(tx, { orderIds: parcels.map(({ orderId }) => orderId), ...locks });

/** What is stored of the checkpoints of some parcels, and of those in reports. The parcels' orders are locked. */
export async function readKnown(
  tx: Transaction,
  provider: string,
  parcelIds: readonly string[],
  reports: readonly TrackingReport[],
): Promise<KnownCheckpoints> {
  const reported = reports.flatMap(({ checkpoints }) => checkpoints.map(({ checkpointId }) => checkpointId));
  const [events, ownedIds] = await Promise.all([
    loadTrackingEvents(tx, parcelIds),
    readOwnedCheckpoints(tx, provider, reported),
  ]);
  return { events, ownedIds };
}

/**
 * Applies a provider's reports to the parcels that they are about.
 * @returns whether every report is about a parcel; a report that isn't is left out
 */
export async function applyReports(
  tx: Transaction,
  provider: TrackingProvider,
  reports: readonly TrackingReport[],
): Promise<boolean> {
  const found = await findParcelsOfNumbers(
    tx,
    reports.map(({ trackingNumber }) => trackingNumber),
  );
  if (found.length === 0) return reports.length === 0;
  const matched = reports.flatMap((report) => matchParcel(provider, report, found, tx.now) ?? []);
  const work = await lockOrdersOfParcels(tx, matched);
  const orderOf = new Map([...work.orders.values()].flatMap((order) => order.parcels.map(({ id }) => [id, order])));
  const known = await readKnown(tx, provider.name, [...orderOf.keys()], reports);
  work.decideFor({ actor: carrierActor });
  let unmatched = 0;
  for (const report of reports) {
    // Read again, because the parcels may have changed before they were locked, and by the reports before this one.
    const parcels = [...work.orders.values()].flatMap((order) => order.parcels);
    const parcel = matchParcel(provider, report, parcels, tx.now);
    const order = orderOf.get(parcel?.id ?? '');
    if (parcel && order) applyReport(order, parcel.id, { provider: provider.name, ...report }, known);
    else unmatched += 1;
  }
  work.write();
  return unmatched === 0;
}

/** The shortest time between two polls of a parcel that are due to messages. */
const pollPauseMs = 10_000;

/**
 * Has parcels polled soon that a message says have changed: those that this provider has taken. Anyone may send such a
 * message of a provider that doesn't sign, so it asks no other provider, and disturbs no registration.
 */
export async function pollChanged(
  tx: Transaction,
  provider: TrackingProvider,
  changed: TrackingMessage['changed'],
): Promise<void> {
  if (changed.length === 0) return;
  const found = await findParcelsOfNumbers(
    tx,
    changed.map(({ trackingNumber }) => trackingNumber),
  );
  const isTaken = (parcel: Parcel) =>
    parcel.provider === provider.name && (provider.register === undefined || parcel.registeredAt !== null);
  const named = changed.flatMap((number) => liveParcelsOfNumber(provider, number, found));
  const ids = new Set(named.filter(isTaken).map(({ id }) => id));
  pollParcelsSoon(tx, [...ids], pollPauseMs);
  tx.notify(trackParcelsJob(provider.name));
}
