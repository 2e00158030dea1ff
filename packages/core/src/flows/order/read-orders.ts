import { pageOf, type Page, type PageRequest, type Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readEvents } from '../../events/event-repository.ts';
import type { Order } from '../../order/order.ts';
import { readOrderLines, readOrders } from '../../order/order-repository.ts';
import { readPaymentsOfOrder } from '../../payment/payment-repository.ts';
import type { Payment } from '../../payment/payment.ts';
import { readShipmentLines, readShipmentsOfOrder } from '../../shipping/shipment-repository.ts';
import type { ShipmentWithLines } from '../shipping/transition-shipments.ts';
import type { PlacedOrder } from './place-orders.ts';

/** An order to read; with `customerId` only that customer's: another's answers like one that isn't there. */
export type OrderRef = { orderId: string; customerId?: string | undefined };

/** A fact of an order's history; `facts` holds the order's state after it and what belongs to its type. */
export type HistoryItem = { version: number; type: string; createdAt: Date; facts: Record<string, unknown> };

/** @throws order_not_found */
export async function readOrder(reader: Reader, ref: OrderRef): Promise<PlacedOrder> {
  const order = await requireOrder(reader, ref);
  return { ...order, lines: await readOrderLines(reader, [order.id]) };
}

/** @throws order_not_found */
export async function readHistory(
  reader: Reader,
  { cursor, limit, ...ref }: PageRequest & OrderRef,
): Promise<Page<HistoryItem>> {
  const { id } = await requireOrder(reader, ref);
  const facts = await readEvents(reader, 'order', id, Number(cursor ?? 0), limit + 1);
  const items = facts.map(({ version, type, createdAt, payload }) => ({ version, type, createdAt, facts: payload }));
  return pageOf(items, limit, ({ version }) => String(version));
}

/** The order's attempts to pay, the latest first. @throws order_not_found */
export async function readPayments(reader: Reader, ref: OrderRef): Promise<Payment[]> {
  const { id } = await requireOrder(reader, ref);
  return readPaymentsOfOrder(reader, id);
}

/** The order's parcels with their part of its lines. @throws order_not_found */
export async function readShipments(reader: Reader, ref: OrderRef): Promise<ShipmentWithLines[]> {
  const { id } = await requireOrder(reader, ref);
  const shipments = await readShipmentsOfOrder(reader, id);
  const lines = Map.groupBy(await readShipmentLines(reader, id), ({ shipmentId }) => shipmentId);
  return shipments.map((shipment) => ({
    ...shipment,
    lines: (lines.get(shipment.id) ?? []).map(({ lineNo, quantity }) => ({ lineNo, quantity })),
  }));
}

async function requireOrder(reader: Reader, { orderId, customerId }: OrderRef): Promise<Order> {
  const [order] = await readOrders(reader, [orderId]);
  if (order && (customerId === undefined || order.customerId === customerId)) return order;
  throw new CommerceError('order_not_found', 'no such order');
}
