import type { KeysetRequest } from '../../database/keyset.ts';
import { pageOf, type Page, type PageRequest, type Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { actorOf, withoutName, type Actor } from '../../events/actor.ts';
import { readEvents } from '../../events/event-repository.ts';
import { belongsTo } from '../../order/guest.ts';
import type { Order } from '../../order/order.ts';
import { readOrderNotes } from '../../order/order-note-repository.ts';
import { readOrderLines, readOrderNumbers, readOrders } from '../../order/order-repository.ts';
import { viewLines } from '../../order/paid-amounts.ts';
import { readPaymentsOfOrder } from '../../payment/payment-repository.ts';
import type { Payment } from '../../payment/payment.ts';
import { readParcelsOfOrder, readParcelsOfOrders } from '../../shipping/parcel-repository.ts';
import type { ShipmentFilter } from '../../shipping/shipment-input.ts';
import {
  listShipments,
  readLinesOfShipments,
  readShipmentLines,
  readShipmentsOfOrder,
} from '../../shipping/shipment-repository.ts';
import type { Shipment } from '../../shipping/shipment.ts';
import { shipmentView, type ShipmentView } from '../../shipping/shipment-view.ts';
import type { PlacedOrder } from './place-orders.ts';

/** An order to read. With `customerId`, an order of another customer counts as unknown. */
export type OrderRef = { orderId: string; customerId?: string | undefined };

/** A shipment with its order's number. */
export type NumberedShipment = ShipmentView & { orderNumber: string };

/**
 * An event of an order's history. `facts` is its payload: the order's state after it, and the facts of its type.
 * `actor` is who made the change, null where that isn't known; only operators see the id and name of an operator.
 * `note` is the text of an `order.noted`, for operators; null when it was erased.
 */
export type HistoryItem = {
  version: number;
  type: string;
  createdAt: Date;
  actor: Actor | null;
  facts: Record<string, unknown>;
  note?: string | null;
};

/**
 * Reads an order with its lines.
 * @throws order_not_found when there is no such order
 */
export async function readOrder(reader: Reader, ref: OrderRef): Promise<PlacedOrder> {
  const order = await requireOrder(reader, ref);
  return { ...order, lines: viewLines(await readOrderLines(reader, [order.id])) };
}

/**
 * Reads a page of an order's events, the oldest first.
 * @throws order_not_found when there is no such order
 */
export async function readHistory(
  reader: Reader,
  { cursor, limit, ...ref }: PageRequest & OrderRef,
): Promise<Page<HistoryItem>> {
  const { id } = await requireOrder(reader, ref);
  const items = await readHistoryItems(reader, { ...ref, orderId: id }, Number(cursor ?? 0), limit + 1);
  return pageOf(items, limit, ({ version }) => String(version));
}

/**
 * Reads up to `limit` events of an order that the caller may read, whose version is above `after`, the oldest first.
 */
export async function readHistoryItems(
  reader: Reader,
  { orderId, customerId }: OrderRef,
  after: number,
  limit: number,
): Promise<HistoryItem[]> {
  const isOperator = customerId === undefined;
  const events = await readEvents(reader, 'order', orderId, after, limit);
  const notes = isOperator ? await readOrderNotes(reader, noteIdsOf(events)) : new Map<string, string | null>();
  return events.map(({ version, type, createdAt, payload, actor: stored }) => {
    const actor = actorOf({ type, actor: stored });
    const item = { version, type, createdAt, actor: isOperator ? actor : withoutName(actor), facts: payload };
    return isOperator && type === 'order.noted'
      ? { ...item, note: notes.get(String(payload['noteId'])) ?? null }
      : item;
  });
}

const noteIdsOf = (events: readonly { type: string; payload: Record<string, unknown> }[]): string[] =>
  events.flatMap(({ type, payload }) => (type === 'order.noted' ? String(payload['noteId']) : []));

/**
 * Reads an order's attempts to pay, the latest first.
 * @throws order_not_found when there is no such order
 */
export async function readPayments(reader: Reader, ref: OrderRef): Promise<Payment[]> {
  const { id } = await requireOrder(reader, ref);
  return readPaymentsOfOrder(reader, id);
}

/**
 * Reads an order's shipments with their part of its lines and their parcels.
 * @throws order_not_found when there is no such order
 */
export async function readShipments(reader: Reader, ref: OrderRef): Promise<NumberedShipment[]> {
  const { id, number: orderNumber } = await requireOrder(reader, ref);
  const shipments = await readShipmentsOfOrder(reader, id);
  const lines = await readShipmentLines(reader, id);
  const parcels = await readParcelsOfOrder(reader, id);
  return shipments.map((shipment) => ({ ...shipmentView(shipment, lines, parcels), orderNumber }));
}

/** Lists shipments of all orders with their lines and parcels, READY ones first. */
export async function listShipmentViews(
  reader: Reader,
  filter: ShipmentFilter,
  request: KeysetRequest,
): Promise<NumberedShipment[]> {
  return numberedShipments(reader, await listShipments(reader, filter, request));
}

/** Shipments of any orders as callers see them, in the same order. */
export async function numberedShipments(reader: Reader, shipments: readonly Shipment[]): Promise<NumberedShipment[]> {
  const lines = await readLinesOfShipments(
    reader,
    shipments.map(({ id }) => id),
  );
  const orderIds = new Set(shipments.map(({ orderId }) => orderId));
  const parcels = await readParcelsOfOrders(reader, orderIds);
  const numbers = await readOrderNumbers(reader, orderIds);
  return shipments.flatMap((shipment) => {
    const orderNumber = numbers.get(shipment.orderId);
    return orderNumber === undefined ? [] : [{ ...shipmentView(shipment, lines, parcels), orderNumber }];
  });
}

async function requireOrder(reader: Reader, { orderId, customerId }: OrderRef): Promise<Order> {
  const [order] = await readOrders(reader, [orderId]);
  if (order && belongsTo(order, customerId)) return order;
  throw new CommerceError('order_not_found', 'no such order');
}
