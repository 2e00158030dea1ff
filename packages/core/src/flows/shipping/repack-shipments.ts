import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, type Outcome } from '../../errors.ts';
import { transitionShipment, type Shipment } from '../../shipping/shipment.ts';
import { readOrderIdsOfShipments } from '../../shipping/shipment-repository.ts';
import type { ShipmentView } from '../../shipping/shipment-view.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { viewOfShipment } from './view-of-shipment.ts';

/** A READY shipment to split, or to merge into another one. `lines` are the units that go into a new shipment. */
export type RepackShipmentCommand =
  | { shipmentId: string; lines: readonly LineQuantity[] }
  | { shipmentId: string; intoShipmentId: string };

type Located = { order: LockedOrder; shipment: Shipment };

/**
 * Splits READY shipments by line and quantity, and merges them. Neither changes a price, a payment, the stock or the
 * order's fulfillment status.
 * @returns the shipment that the units went into · refusals: shipment_not_found, shipment_not_ready,
 * shipment_is_replacement, units_not_in_shipment, shipment_would_be_empty, shipments_of_different_orders
 */
export async function repackShipments(
  tx: Transaction,
  commands: readonly RepackShipmentCommand[],
): Promise<Outcome<ShipmentView>[]> {
  const orderIds = await readOrderIdsOfShipments(
    tx.db,
    commands.flatMap((command) =>
      'lines' in command ? command.shipmentId : [command.shipmentId, command.intoShipmentId],
    ),
  );
  const work = await UnitOfWork.lock(tx, { orderIds: [...new Set(orderIds.values())], shipments: true });
  const locate = (shipmentId: string): Located => {
    const order = work.orders.get(orderIds.get(shipmentId) ?? '');
    const shipment = order?.shipments.find(({ id }) => id === shipmentId);
    if (order && shipment) return { order, shipment };
    throw new CommerceError('shipment_not_found', 'no such shipment');
  };
  const outcomes = commands.map((command) =>
    decided((): ShipmentView => {
      const located = locate(command.shipmentId);
      return 'lines' in command ? split(located, command.lines) : merge(located, locate(command.intoShipmentId));
    }),
  );
  work.write();
  return outcomes;
}

function split({ order, shipment }: Located, lines: readonly LineQuantity[]): ShipmentView {
  requireReady(shipment);
  const content = order.linesOfShipment(shipment.id);
  for (const { lineNo, quantity } of lines) {
    const shipmentQty = content.find((line) => line.lineNo === lineNo)?.quantity ?? 0;
    if (quantity > shipmentQty) {
      const message = 'the shipment does not have so many units of this line';
      throw new CommerceError('units_not_in_shipment', message, { lineNo, shipmentQty });
    }
  }
  if (unitsOf(lines) === unitsOf(content))
    throw new CommerceError('shipment_would_be_empty', 'a split has to leave units in the shipment');
  for (const line of lines) order.takeFromShipment(shipment.id, line);
  order.setShipment({ ...shipment, updatedAt: order.now });
  const intoShipmentId = order.packShipment(lines);
  order.record('shipment.split', { shipmentId: shipment.id, intoShipmentId, lines: [...lines] });
  return viewOfShipment(order, intoShipmentId);
}

function merge({ order, shipment }: Located, into: Located): ShipmentView {
  if (order.id !== into.order.id)
    throw new CommerceError('shipments_of_different_orders', 'the shipments belong to different orders');
  requireReady(shipment);
  requireReady(into.shipment);
  const lines = order.linesOfShipment(shipment.id);
  const { id: intoShipmentId } = into.shipment;
  for (const line of lines) order.addToShipment(intoShipmentId, line);
  order.setShipment({ ...into.shipment, updatedAt: order.now });
  order.setShipment(transitionShipment(shipment, 'CANCELED', order.now));
  order.record('shipment.merged', { shipmentId: shipment.id, intoShipmentId, lines });
  order.record('shipment.canceled', { shipmentId: shipment.id });
  return viewOfShipment(order, intoShipmentId);
}

function requireReady({ id, status, returnId }: Shipment): void {
  if (returnId !== null)
    throw new CommerceError('shipment_is_replacement', 'a replacement for a return is neither split nor merged');
  if (status === 'READY') return;
  const message = `a shipment that is ${status} can be neither split nor merged`;
  throw new CommerceError('shipment_not_ready', message, { shipmentId: id, status });
}

const unitsOf = (lines: readonly LineQuantity[]): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);
