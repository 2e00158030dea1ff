import { trackParcel, type Parcel, type ParcelTracking } from '../../shipping/parcel.ts';
import { transitionShipment, type Shipment } from '../../shipping/shipment.ts';
import type { ShipmentView } from '../../shipping/shipment-view.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { viewOfShipment } from './view-of-shipment.ts';

const eventOf = {
  IN_TRANSIT: 'shipment.in_transit',
  DELIVERED: 'shipment.delivered',
  LOST: 'shipment.lost',
  RETURNED: 'shipment.returned',
} as const;

/** What an operator can say about a shipment that was dispatched. */
export type ContinuedStatus = keyof typeof eventOf;

const notStarted: readonly ParcelTracking[] = ['LABEL', 'PICKED_UP'];

/**
 * Takes a shipment that was dispatched into a further status, with its parcels. The order's fulfillment status follows.
 * @throws invalid_transition when the shipment can't change so
 */
export function continueShipment(order: LockedOrder, shipment: Shipment, to: ContinuedStatus): ShipmentView {
  // Refuses before a parcel is touched.
  transitionShipment(shipment, to, order.now);
  for (const parcel of parcelsOf(order, shipment)) continueParcel(order, shipment, parcel, to);
  changeShipmentStatus(order, shipment, to);
  order.endParcelAttention();
  if (to === 'LOST' || to === 'RETURNED') order.raiseAttention('delivery_problem');
  return viewOfShipment(order, shipment.id);
}

/**
 * Takes a shipment into a further status, and leaves its parcels as they are. The order's fulfillment status follows.
 * @throws invalid_transition when the shipment can't change so
 */
export function changeShipmentStatus(order: LockedOrder, shipment: Shipment, to: ContinuedStatus): void {
  const { now } = order;
  const changed = transitionShipment(shipment, to, now);
  order.setShipment(to === 'DELIVERED' ? { ...changed, deliveredAt: now } : changed);
  order.updateFulfillment();
  const { id: shipmentId, carrier, trackingNumber } = changed;
  order.record(eventOf[to], { shipmentId, carrier, trackingNumber });
}

function continueParcel(order: LockedOrder, shipment: Shipment, parcel: Parcel, to: ContinuedStatus): void {
  const { now } = order;
  switch (to) {
    case 'IN_TRANSIT':
      // An operator speaks of the whole shipment, a carrier of one parcel: what a carrier has said stays.
      if (notStarted.includes(parcel.tracking)) order.setParcel(trackParcel(parcel, shipment, 'MOVING', now));
      return;
    case 'DELIVERED':
      if (parcel.tracking !== 'DELIVERED') deliverParcel(order, shipment, parcel);
      return;
    case 'LOST':
    case 'RETURNED':
      order.setParcel({ ...parcel, live: false, troubled: false, updatedAt: now });
  }
}

/**
 * Records that a parcel arrived, now unless its carrier says when, and leaves its shipment as it is.
 * @throws invalid_transition when the parcel is over
 */
export function deliverParcel(order: LockedOrder, shipment: Shipment, parcel: Parcel, at = order.now): void {
  order.setParcel(trackParcel(parcel, shipment, 'DELIVERED', order.now, at));
  const { id: parcelId, shipmentId, carrier, trackingNumber } = parcel;
  order.record('parcel.delivered', { parcelId, shipmentId, carrier, trackingNumber });
}

/** The parcels of a shipment. */
export const parcelsOf = (order: LockedOrder, { id }: Shipment): Parcel[] =>
  order.parcels.filter(({ shipmentId }) => shipmentId === id).toSorted((a, b) => (a.id < b.id ? -1 : 1));
