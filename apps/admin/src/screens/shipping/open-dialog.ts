import type { Shipment } from '../order/use-order.ts';

/** What becomes of a shipment by one word of an operator. */
export type End = 'transit' | 'deliver' | 'lost' | 'returned';
/** What is done with one parcel. */
type ParcelWork = 'correct' | 'arrived' | 'track';

/** The dialog that is open, with what it is about. */
export type OpenDialog =
  | { dialog: 'dispatch' | 'split' | 'merge' | End; shipmentId: string }
  | { dialog: ParcelWork; shipmentId: string; parcelId: string };

/** A READY shipment that can be split, and merged with others of its kind: not a replacement. */
export const canBeRepacked = ({ status, returnId }: Shipment): boolean => status === 'READY' && returnId === null;

/** The shipments of the order into which a shipment can be merged. */
export const mergeableWith = (shipment: Shipment, all: readonly Shipment[]): Shipment[] =>
  canBeRepacked(shipment) ? all.filter((one) => one.id !== shipment.id && canBeRepacked(one)) : [];
