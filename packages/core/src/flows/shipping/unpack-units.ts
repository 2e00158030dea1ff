import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';

/** Units that a shipment has lost. */
export type UnpackedUnits = { shipmentId: string; lines: LineQuantity[] };

/**
 * Takes units out of the shipments that haven't left, the newest first, because the oldest is packed first. A shipment
 * that would be empty is CANCELED instead, and keeps the lines that it had. The caller has checked that the units are
 * there.
 * @returns what each shipment has lost
 */
export function unpackUnits(order: LockedOrder, units: readonly LineQuantity[]): UnpackedUnits[] {
  const open = new Map(units.map(({ lineNo, quantity }) => [lineNo, quantity]));
  const newestFirst = order.readyShipments().toSorted((a, b) => (a.id < b.id ? 1 : -1));
  return newestFirst.flatMap((shipment) => {
    const content = order.linesOfShipment(shipment.id);
    const lines = content.flatMap((line) => {
      const quantity = Math.min(line.quantity, open.get(line.lineNo) ?? 0);
      return quantity > 0 ? [{ lineNo: line.lineNo, quantity }] : [];
    });
    if (lines.length === 0) return [];
    for (const { lineNo, quantity } of lines) open.set(lineNo, (open.get(lineNo) ?? 0) - quantity);
    if (unitsOf(lines) === unitsOf(content)) order.cancelShipment(shipment);
    else {
      for (const line of lines) order.takeFromShipment(shipment.id, line);
      order.setShipment({ ...shipment, updatedAt: order.now });
    }
    return [{ shipmentId: shipment.id, lines }];
  });
}

const unitsOf = (lines: readonly LineQuantity[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
