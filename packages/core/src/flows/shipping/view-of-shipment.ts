import { shipmentView, type ShipmentView } from '../../shipping/shipment-view.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** A shipment of a locked order as callers see it, decided changes included. Its parcels are locked with the order. */
export function viewOfShipment(order: LockedOrder, shipmentId: string): ShipmentView {
  const shipment = order.shipments.find(({ id }) => id === shipmentId);
  if (shipment) return shipmentView(shipment, order.shipmentLines, order.parcels);
  throw new Error(`order ${order.id} has no shipment ${shipmentId}`);
}
