import type { ListedShipment } from './shipping-tabs.ts';

export type Parcel = ListedShipment['parcels'][number];

/** A parcel's carrier and number, with a link to the carrier's page where one is known. */
export function TrackingNumber({ parcel: { carrier, trackingNumber, trackingUrl } }: { parcel: Parcel }) {
  return (
    <span>
      {carrier}{' '}
      {trackingUrl === null ? (
        <code>{trackingNumber}</code>
      ) : (
        <a href={trackingUrl} target="_blank" rel="noreferrer">
          {trackingNumber}
        </a>
      )}
    </span>
  );
}
