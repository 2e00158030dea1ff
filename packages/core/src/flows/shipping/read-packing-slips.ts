import type { Reader } from '../../database/page.ts';
import { readLatestNotes } from '../../order/order-note-repository.ts';
import { readOrderLines, readOrders } from '../../order/order-repository.ts';
import type { Address, AttentionReason, Order, OrderLine } from '../../order/order.ts';
import { readLinesOfShipments, readShipmentsByIds, readShipmentsOfOrders } from '../../shipping/shipment-repository.ts';
import type { Shipment, ShipmentLine } from '../../shipping/shipment.ts';

const notesMax = 5;

/**
 * What a person needs who packs a shipment, and no more: of the address without its phone number, no prices and no
 * e-mail address. `part` of `parts`: which one of the order's shipments it is, those that are CANCELED or replace units
 * of a return not counted; null for a replacement. `notes` are the latest of the order, for operators: they don't
 * belong on paper.
 */
export type PackingSlip = Pick<Shipment, 'orderId' | 'returnId' | 'status'> & {
  shipmentId: string;
  orderNumber: string;
  orderedAt: Date;
  reference: string | null;
  needsAttention: AttentionReason | null;
  shippingAddress: Omit<Address, 'phone'> | null;
  part: number | null;
  parts: number;
  lines: { lineNo: number; sku: string | null; name: string; quantity: number }[];
  notes: { text: string; createdAt: Date }[];
};

/** Reads the packing slips of shipments, in the order of the ids. Unknown shipments are left out. */
export async function readPackingSlips(reader: Reader, shipmentIds: readonly string[]): Promise<PackingSlip[]> {
  const found = await readShipmentsByIds(reader, shipmentIds);
  const shipments = new Map(found.map((shipment) => [shipment.id, shipment]));
  const orderIds = new Set(found.map(({ orderId }) => orderId));
  const orders = new Map((await readOrders(reader, orderIds)).map((order) => [order.id, order]));
  const contents = Map.groupBy(await readLinesOfShipments(reader, shipmentIds), ({ shipmentId }) => shipmentId);
  const lines = new Map((await readOrderLines(reader, orderIds)).map((line) => [lineKey(line), line]));
  const siblings = await readShipmentsOfOrders(reader, orderIds);
  const notes = await readLatestNotes(reader, orderIds, notesMax);
  return shipmentIds.flatMap((shipmentId) => {
    const shipment = shipments.get(shipmentId);
    const order = shipment && orders.get(shipment.orderId);
    if (!order) return [];
    return {
      ...slipOf(shipment, order, siblings),
      lines: contents.get(shipmentId)?.map((line) => named(line, lines.get(lineKey(line)))) ?? [],
      notes: notes.filter(({ orderId }) => orderId === order.id).map(({ text, createdAt }) => ({ text, createdAt })),
    };
  });
}

const lineKey = ({ orderId, lineNo }: Pick<OrderLine, 'orderId' | 'lineNo'>): string => `${orderId} ${lineNo}`;

function slipOf({ id, orderId, returnId, status }: Shipment, order: Order, siblings: readonly Shipment[]) {
  const counted = siblings.filter(
    (one) => one.orderId === orderId && one.status !== 'CANCELED' && one.returnId === null,
  );
  const place = counted.findIndex((one) => one.id === id);
  const { number: orderNumber, createdAt: orderedAt, reference, needsAttention } = order;
  return {
    shipmentId: id,
    orderId,
    returnId,
    status,
    orderNumber,
    orderedAt,
    reference,
    needsAttention,
    shippingAddress: withoutPhone(order.shippingAddress),
    part: place < 0 ? null : place + 1,
    parts: counted.length,
  };
}

function withoutPhone(address: Address | null): Omit<Address, 'phone'> | null {
  if (!address) return null;
  const { phone: _, ...rest } = address;
  return rest;
}

const named = ({ lineNo, quantity }: ShipmentLine, line: OrderLine | undefined) => ({
  lineNo,
  sku: line?.sku ?? null,
  name: line?.name ?? '',
  quantity,
});
