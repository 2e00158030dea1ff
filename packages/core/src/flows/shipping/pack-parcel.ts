import { newId } from '../../ids.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** A paid order gets one READY shipment with all of its products. */
export function prepareShipment(work: UnitOfWork, unit: LockedOrder): void {
  const id = newId();
  const orderId = unit.order.id;
  const lines = unit.lines
    .filter(({ kind }) => kind === 'PRODUCT')
    .map(({ lineNo, quantity }) => ({ shipmentId: id, orderId, lineNo, quantity }));
  const blank = { carrier: null, trackingNumber: null, shippedAt: null, deliveredAt: null };
  work.addShipment(unit, { id, orderId, status: 'READY', ...blank, createdAt: work.now, updatedAt: work.now }, lines);
  work.tell(unit, 'shipment.created', {
    shipmentId: id,
    lines: lines.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
  });
}
