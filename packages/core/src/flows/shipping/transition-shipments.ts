import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { fulfillmentOf, transitionShipment, type Shipment, type ShipmentLine } from '../../shipping/shipment.ts';
import { readOrderIdsOfShipments } from '../../shipping/shipment-repository.ts';
import { parcelsOf, shippableQty } from './fulfillment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

export type TransitionShipmentCommand =
  | { shipmentId: string; to: 'SHIPPED'; carrier: string; trackingNumber: string }
  | { shipmentId: string; to: 'IN_TRANSIT' | 'DELIVERED' };

export type ShipmentWithLines = Shipment & { lines: Pick<ShipmentLine, 'lineNo' | 'quantity'>[] };

const eventOf = {
  SHIPPED: 'shipment.dispatched',
  IN_TRANSIT: 'shipment.in_transit',
  DELIVERED: 'shipment.delivered',
} as const;

/**
 * Hands parcels to a carrier, and follows them until they have arrived; the order's fulfillment status follows them.
 * @returns the shipment · refusals: shipment_not_found, invalid_transition
 */
export async function transitionShipments(
  tx: Transaction,
  commands: readonly TransitionShipmentCommand[],
): Promise<Outcome<ShipmentWithLines>[]> {
  const orderIds = await readOrderIdsOfShipments(
    tx.db,
    commands.map(({ shipmentId }) => shipmentId),
  );
  const work = await UnitOfWork.lock(tx, orderIds.values(), { shipments: true, refundLines: true });
  const outcomes = commands.map((command): Outcome<ShipmentWithLines> => {
    const unit = work.units.get(orderIds.get(command.shipmentId) ?? '');
    const shipment = unit?.shipments.find(({ id }) => id === command.shipmentId);
    if (!unit || !shipment) return refused(new CommerceError('shipment_not_found', 'no such shipment'));
    try {
      return accepted(move(work, unit, shipment, command));
    } catch (error) {
      if (error instanceof CommerceError) return refused(error);
      throw error;
    }
  });
  work.write();
  return outcomes;
}

function move(
  work: UnitOfWork,
  unit: LockedOrder,
  shipment: Shipment,
  command: TransitionShipmentCommand,
): ShipmentWithLines {
  const { now } = work;
  const moved = { ...transitionShipment(shipment, command.to, now), ...factsOf(command, now) };
  work.setShipment(unit, moved);
  work.setOrder(unit, { ...unit.order, fulfillmentStatus: fulfillmentOf(shippableQty(unit), parcelsOf(unit)) });
  const { carrier, trackingNumber } = moved;
  work.tell(unit, eventOf[command.to], { shipmentId: moved.id, carrier, trackingNumber });
  return { ...moved, lines: linesOf(unit, moved.id) };
}

function factsOf(command: TransitionShipmentCommand, now: Date): Partial<Shipment> {
  switch (command.to) {
    case 'SHIPPED':
      return { carrier: command.carrier, trackingNumber: command.trackingNumber, shippedAt: now };
    case 'DELIVERED':
      return { deliveredAt: now };
    case 'IN_TRANSIT':
      return {};
  }
}

const linesOf = ({ shipmentLines }: LockedOrder, shipmentId: string) =>
  shipmentLines.filter((line) => line.shipmentId === shipmentId).map(({ lineNo, quantity }) => ({ lineNo, quantity }));
