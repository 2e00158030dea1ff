import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { fulfillmentOf, moveShipment, type Shipment, type ShipmentLine } from '../../shipping/shipment.ts';
import { readOrderIdsOfShipments } from '../../shipping/shipment-repository.ts';
import { parcelsOf, shippableQty } from './fulfillment.ts';
import type { OrderUnit } from '../../unit-of-work/locked-order.ts';
import { OrderWork } from '../../unit-of-work/unit-of-work.ts';

export type MoveShipmentCommand =
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
export async function moveShipments(
  tx: Transaction,
  commands: readonly MoveShipmentCommand[],
): Promise<Outcome<ShipmentWithLines>[]> {
  const orderIds = await readOrderIdsOfShipments(
    tx.db,
    commands.map(({ shipmentId }) => shipmentId),
  );
  const work = await OrderWork.lock(tx, orderIds.values(), { shipments: true, refundLines: true });
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

function move(work: OrderWork, unit: OrderUnit, shipment: Shipment, command: MoveShipmentCommand): ShipmentWithLines {
  const { now } = work;
  const moved = { ...moveShipment(shipment, command.to, now), ...factsOf(command, now) };
  work.setShipment(unit, moved);
  work.setOrder(unit, { ...unit.order, fulfillmentStatus: fulfillmentOf(shippableQty(unit), parcelsOf(unit)) });
  const { carrier, trackingNumber } = moved;
  work.tell(unit, eventOf[command.to], { shipmentId: moved.id, carrier, trackingNumber });
  return { ...moved, lines: linesOf(unit, moved.id) };
}

function factsOf(command: MoveShipmentCommand, now: Date): Partial<Shipment> {
  switch (command.to) {
    case 'SHIPPED':
      return { carrier: command.carrier, trackingNumber: command.trackingNumber, shippedAt: now };
    case 'DELIVERED':
      return { deliveredAt: now };
    case 'IN_TRANSIT':
      return {};
  }
}

const linesOf = ({ shipmentLines }: OrderUnit, shipmentId: string) =>
  shipmentLines.filter((line) => line.shipmentId === shipmentId).map(({ lineNo, quantity }) => ({ lineNo, quantity }));
