import type { ShipmentStatus } from '../../shipping/shipment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** Units that an order shall ship: those of its products, without what a refund has put back on sale. */
export function shippableQty({ lines, refundLines }: LockedOrder): number {
  const ordered = lines.reduce((sum, { kind, quantity }) => (kind === 'PRODUCT' ? sum + quantity : sum), 0);
  return refundLines.reduce((sum, { restock, quantity }) => (restock ? sum - quantity : sum), ordered);
}

/** An order's parcels with how many units each has. */
export const parcelsOf = ({ shipments, shipmentLines }: LockedOrder): { status: ShipmentStatus; quantity: number }[] =>
  shipments.map(({ id, status }) => ({
    status,
    quantity: shipmentLines.reduce((sum, line) => (line.shipmentId === id ? sum + line.quantity : sum), 0),
  }));
