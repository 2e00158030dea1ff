import { CommerceError } from '../../errors.ts';
import { pageOf, type Page, type PageRequest, type Reader } from '../../database/page.ts';
import type { TrackingEvent } from '../../shipping/checkpoint.ts';
import { parcelView, type Parcel, type ParcelView } from '../../shipping/parcel.ts';
import { readParcel } from '../../shipping/parcel-repository.ts';
import { listTrackingEvents } from '../../shipping/tracking-event-repository.ts';

/** A parcel as operators see it: also who tracks it, and when its provider is asked next. */
export type ParcelDetails = ParcelView &
  Pick<
    Parcel,
    | 'shipmentId'
    | 'orderId'
    | 'live'
    | 'troubled'
    | 'heardAt'
    | 'provider'
    | 'providerRef'
    | 'registeredAt'
    | 'renewAt'
    | 'failureCode'
    | 'createdAt'
    | 'updatedAt'
  > & { nextPollAt: Date | null };

/** @throws parcel_not_found when there is no such parcel */
export async function readParcelDetails(reader: Reader, { parcelId }: { parcelId: string }): Promise<ParcelDetails> {
  const parcel = await requireParcel(reader, parcelId);
  const { shipmentId, orderId, live, troubled, heardAt, provider, providerRef } = parcel;
  const { registeredAt, renewAt, failureCode, createdAt, updatedAt, dueAt } = parcel;
  return {
    ...parcelView(parcel),
    shipmentId,
    orderId,
    live,
    troubled,
    heardAt,
    provider,
    providerRef,
    registeredAt,
    renewAt,
    failureCode,
    nextPollAt: live && provider !== null ? dueAt : null,
    createdAt,
    updatedAt,
  };
}

/**
 * Reads a page of a parcel's checkpoints, the last recorded first.
 * @throws parcel_not_found when there is no such parcel
 */
export async function readParcelHistory(
  reader: Reader,
  { parcelId, cursor, limit }: PageRequest & { parcelId: string },
): Promise<Page<TrackingEvent>> {
  await requireParcel(reader, parcelId);
  const events = await listTrackingEvents(reader, { parcelId }, { cursor, limit: limit + 1 });
  return pageOf(events, limit, ({ id }) => id);
}

async function requireParcel(reader: Reader, parcelId: string): Promise<Parcel> {
  const parcel = await readParcel(reader, parcelId);
  if (parcel) return parcel;
  throw new CommerceError('parcel_not_found', 'no such parcel');
}
