import { asc, eq } from 'drizzle-orm';
import { anyOf } from '../database/any-of.ts';
import type { Reader } from '../database/page.ts';
import { insertion, update } from '../database/rows.ts';
import type { Transaction } from '../database/transaction.ts';
import type { Shipment, ShipmentLine } from './shipment.ts';
import { shipmentLines, shipments } from './tables.ts';

/** The order that each shipment belongs to. Unknown shipments are not in the answer. */
export async function readOrderIdsOfShipments(reader: Reader, shipmentIds: Iterable<string>): Promise<Map<string, string>> {
  const rows = await reader.select({ id: shipments.id, orderId: shipments.orderId }).from(shipments).where(anyOf(shipments.id, shipmentIds));
  return new Map(rows.map(({ id, orderId }) => [id, orderId]));
}

/** Locks all shipments of the given orders in ascending id. The orders are locked already. */
export async function lockShipmentsOfOrders(tx: Transaction, orderIds: Iterable<string>): Promise<Shipment[]> {
  return tx.db.select().from(shipments).where(anyOf(shipments.orderId, orderIds)).orderBy(asc(shipments.id)).for('update');
}

export async function readShipmentsOfOrder(reader: Reader, orderId: string): Promise<Shipment[]> {
  return reader.select().from(shipments).where(eq(shipments.orderId, orderId)).orderBy(asc(shipments.id));
}

export async function readShipmentLines(reader: Reader, orderIds: Iterable<string>): Promise<ShipmentLine[]> {
  return reader.select().from(shipmentLines).where(anyOf(shipmentLines.orderId, orderIds))
    .orderBy(asc(shipmentLines.shipmentId), asc(shipmentLines.lineNo));
}

export const insertShipments = insertion(shipments);
export const insertShipmentLines = insertion(shipmentLines);
export const updateShipments = update(shipments, 'id', ['status', 'carrier', 'trackingNumber', 'shippedAt', 'deliveredAt', 'updatedAt']);
