import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';

/**
 * Takes units out of the shipments that haven't left and puts them back into stock. The rest of those shipments is
 * packed into a new shipment, so that nothing is packed by an outdated list.
 */
export function restockLines(order: LockedOrder, lines: readonly LineQuantity[], refundId: string): void {
  if (lines.length === 0) return;
  const rest = new Map<number, number>();
  for (const { lineNo, quantity } of order.unshippedLines()) rest.set(lineNo, (rest.get(lineNo) ?? 0) + quantity);
  for (const { lineNo, quantity } of lines) rest.set(lineNo, (rest.get(lineNo) ?? 0) - quantity);
  const packed = [...rest].filter(([, quantity]) => quantity > 0).map(([lineNo, quantity]) => ({ lineNo, quantity }));
  order.cancelReadyShipments();
  if (packed.length > 0) order.packShipment(packed);
  order.restock(lines, refundId);
  if (order.updateFulfillment()) order.record('order.fulfillment_changed', { refundId });
}
