import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { transitionShipment, type Shipment, type ShipmentLine } from '../../shipping/shipment.ts';
import { readOrderIdsOfShipments } from '../../shipping/shipment-repository.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** A parcel and the status that it takes. */
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
 * Hands parcels to a carrier and records their way until they are delivered. The order's fulfillment status follows, and
 * the units of a parcel that leaves are no longer on the shelf.
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
  const leaving = commands.flatMap(({ shipmentId, to }) => (to === 'SHIPPED' ? (orderIds.get(shipmentId) ?? []) : []));
  const work = await UnitOfWork.lock(
    tx,
    { orderIds: [...orderIds.values()], shipments: true, refundLines: true },
    { orderIds: leaving, stocks: 'all' },
  );
  const outcomes = commands.map((command): Outcome<ShipmentWithLines> => {
    const order = work.orders.get(orderIds.get(command.shipmentId) ?? '');
    const shipment = order?.shipments.find(({ id }) => id === command.shipmentId);
    if (!order || !shipment) return refused(new CommerceError('shipment_not_found', 'no such shipment'));
    try {
      return accepted(transition(order, shipment, command));
    } catch (error) {
      if (error instanceof CommerceError) return refused(error);
      throw error;
    }
  });
  work.write();
  return outcomes;
}

function transition(order: LockedOrder, shipment: Shipment, command: TransitionShipmentCommand): ShipmentWithLines {
  const { now } = order;
  const changed = { ...transitionShipment(shipment, command.to, now), ...changesOf(command, now) };
  const lines = order.linesOfParcel(shipment.id);
  order.setShipment(changed);
  if (command.to === 'SHIPPED') order.shipStock(lines);
  order.updateFulfillment();
  const { id, carrier, trackingNumber } = changed;
  order.record(eventOf[command.to], { shipmentId: id, carrier, trackingNumber });
  // The goods leave without a payment, even if an operator has cleared that reason before.
  if (command.to === 'SHIPPED' && order.hasLostItsMoney()) order.raiseAttention('authorization_lost');
  return { ...changed, lines };
}

function changesOf(command: TransitionShipmentCommand, now: Date): Partial<Shipment> {
  switch (command.to) {
    case 'SHIPPED':
      return { carrier: command.carrier, trackingNumber: command.trackingNumber, shippedAt: now };
    case 'DELIVERED':
      return { deliveredAt: now };
    case 'IN_TRANSIT':
      return {};
  }
}
