import { and, desc, eq } from 'drizzle-orm';
import { insertion, selection, texts, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import { after } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { TrackingEvent } from './checkpoint.ts';
import { isSameNumberSql, trackingEvents } from './tables.ts';

/**
 * The order's lock decides which transaction stores a parcel's checkpoint; `tracking_events_once` has the last word.
 */
export const insertTrackingEvents = insertion(trackingEvents);

const ofParcels = selection(
  'tracking_events_of_parcels',
  trackingEvents,
  'where t."parcel_id" = any($1::uuid[]) order by t."id"',
);

/** The checkpoints of parcels whose orders are locked, those of their former numbers included. */
export async function loadTrackingEvents(tx: Transaction, parcelIds: readonly string[]): Promise<TrackingEvent[]> {
  return parcelIds.length === 0 ? [] : ofParcels(tx, [uuids(parcelIds)]);
}

const ofNumbersUsers = selection(
  'tracking_events_of_checkpoints',
  trackingEvents,
  `where t."provider" = $1 and t."checkpoint_id" = any($2::text[]) and t."effect" <> 'former_user' and exists (
    select from "commerce"."parcels" p where p."id" = t."parcel_id" and ${isSameNumberSql('p', 't')})`,
);

/**
 * Which of a provider's checkpoints belong to a parcel that still has the number they are about. No other parcel gets
 * them. A parcel whose number was corrected keeps them as history only.
 */
export async function readOwnedCheckpoints(
  tx: Transaction,
  provider: string,
  checkpointIds: readonly string[],
): Promise<Set<string>> {
  if (checkpointIds.length === 0) return new Set();
  const owned = await ofNumbersUsers(tx, [provider, texts(checkpointIds)]);
  return new Set(owned.map(({ checkpointId }) => checkpointId));
}

/** The checkpoints of a parcel, the last recorded first. */
export async function listTrackingEvents(
  reader: Reader,
  { parcelId }: { parcelId: string },
  { cursor, limit }: PageRequest,
): Promise<TrackingEvent[]> {
  return reader
    .select()
    .from(trackingEvents)
    .where(and(eq(trackingEvents.parcelId, parcelId), after(trackingEvents.id, cursor)))
    .orderBy(desc(trackingEvents.id))
    .limit(limit);
}
