import { newId } from '../../ids.ts';
import { sumByProduct, type OrderLine } from '../../order/order.ts';
import type { RefundLine } from '../../refund/refund.ts';
import { fulfillmentOf, transitionShipment } from '../../shipping/shipment.ts';
import { parcelsOf, shippableQty } from '../shipping/fulfillment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

export const lineOf = ({ lines }: LockedOrder, lineNo: number): OrderLine | undefined =>
  lines.find((line) => line.lineNo === lineNo);

/** Units of a line that refunds are for, those that failed left out. */
export function refundedQty({ refunds, refundLines }: LockedOrder, lineNo: number): number {
  const failed = new Set(refunds.filter(({ status }) => status === 'FAILED').map(({ id }) => id));
  return refundLines
    .filter((line) => line.lineNo === lineNo && !failed.has(line.refundId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

const readyLines = ({ shipments, shipmentLines }: LockedOrder) => {
  const ready = new Set(shipments.filter(({ status }) => status === 'READY').map(({ id }) => id));
  return shipmentLines.filter(({ shipmentId }) => ready.has(shipmentId));
};

/** Units of a line that wait in parcels which haven't left. */
export const unshippedQtyOf = (unit: LockedOrder, lineNo: number): number =>
  readyLines(unit)
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, { quantity }) => sum + quantity, 0);

/**
 * Takes units out of the parcels that haven't left and puts them back on sale. What is left of those parcels goes into a
 * new one, so that nobody packs by an old list.
 */
export function restockLines(
  work: UnitOfWork,
  unit: LockedOrder,
  lines: readonly RefundLine[],
  refundId: string,
): void {
  if (lines.length === 0) return;
  const orderId = unit.order.id;
  const left = new Map<number, number>();
  for (const { lineNo, quantity } of readyLines(unit)) left.set(lineNo, (left.get(lineNo) ?? 0) + quantity);
  for (const { lineNo, quantity } of lines) left.set(lineNo, left.get(lineNo)! - quantity);
  for (const shipment of unit.shipments.filter(({ status }) => status === 'READY')) {
    work.setShipment(unit, transitionShipment(shipment, 'CANCELED', work.now));
    work.tell(unit, 'shipment.canceled', { shipmentId: shipment.id });
  }
  const packed = [...left].filter(([, quantity]) => quantity > 0).map(([lineNo, quantity]) => ({ lineNo, quantity }));
  if (packed.length > 0) {
    const id = newId();
    const blank = { carrier: null, trackingNumber: null, shippedAt: null, deliveredAt: null };
    const shipment = { id, orderId, status: 'READY' as const, ...blank, createdAt: work.now, updatedAt: work.now };
    work.addShipment(
      unit,
      shipment,
      packed.map((line) => ({ ...line, shipmentId: id, orderId })),
    );
    work.tell(unit, 'shipment.created', { shipmentId: id, lines: packed });
  }
  work.moveStock(
    'restock',
    sumByProduct(lines.map(({ lineNo, quantity }) => ({ productId: lineOf(unit, lineNo)!.productId!, quantity }))),
    refundId,
  );
  const fulfillmentStatus = fulfillmentOf(shippableQty(unit), parcelsOf(unit));
  if (fulfillmentStatus === unit.order.fulfillmentStatus) return;
  work.setOrder(unit, { ...unit.order, fulfillmentStatus });
  work.tell(unit, 'order.fulfillment_changed', { refundId });
}
