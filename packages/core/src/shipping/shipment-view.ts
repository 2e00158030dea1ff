import { parcelView, type Parcel, type ParcelView } from './parcel.ts';
import type { Shipment, ShipmentLine } from './shipment.ts';

/**
 * A shipment as callers see it: the units of the order's lines in it, and its parcels, the first one first. `carrier`
 * and `trackingNumber` are those of the first parcel.
 */
export type ShipmentView = Shipment & {
  lines: Pick<ShipmentLine, 'lineNo' | 'quantity'>[];
  parcels: ParcelView[];
};

/** A shipment with what belongs to it among the lines and parcels of its order. */
export function shipmentView(
  shipment: Shipment,
  lines: readonly ShipmentLine[],
  parcels: readonly Parcel[],
): ShipmentView {
  const ofShipment = ({ shipmentId }: { shipmentId: string }) => shipmentId === shipment.id;
  return {
    ...shipment,
    lines: lines
      .filter(ofShipment)
      .map(({ lineNo, quantity }) => ({ lineNo, quantity }))
      .toSorted((a, b) => a.lineNo - b.lineNo),
    parcels: parcels
      .filter(ofShipment)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(parcelView),
  };
}
