import { and, asc, desc, eq, inArray, isNotNull, lt, lte } from 'drizzle-orm';
import {
  anyOf,
  uuids,
  readLockedRows,
  insertion,
  selection,
  update,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { unpaidStatuses, type Order, type OrderLine, type OrderStatus } from './order.ts';
import { orderLines, orders } from './tables.ts';

export type OrderFilter = {
  customerId?: string | undefined;
  status?: OrderStatus | undefined;
  needsAttention?: boolean | undefined;
};

const lockById = selection('lock_orders', orders, 'where t."id" = any($1::uuid[]) order by t."id" for update');
const linesByOrder = selection(
  'lines_of_orders',
  orderLines,
  'where t."order_id" = any($1::uuid[]) order by t."order_id", t."line_no"',
);

// As an array and not a join: on statistics from when the tables were small a join is planned from the wrong side.
const ofPayments = '= any(array(select "order_id" from "commerce"."payments" where "id" = any($1::uuid[])))';
const lockByPayment = selection(
  'lock_orders_of_payments',
  orders,
  `where t."id" ${ofPayments} order by t."id" for update`,
);
const linesByPayment = selection(
  'lines_of_orders_of_payments',
  orderLines,
  `where t."order_id" ${ofPayments} order by t."order_id", t."line_no"`,
);

/** Locks orders in ascending id. Unknown ids are simply not in the answer. */
export async function lockOrders(tx: Transaction, ids: Iterable<string>): Promise<Order[]> {
  return lockById(tx, [uuids(ids)]);
}

/** Locks the orders that payments are for, in ascending id. */
export async function lockOrdersOfPayments(tx: Transaction, paymentIds: readonly string[]): Promise<Order[]> {
  return lockByPayment(tx, [uuids(paymentIds)]);
}

/** Lines of the orders that payments are for, by order and line number. */
export async function loadOrderLinesOfPayments(tx: Transaction, paymentIds: readonly string[]): Promise<OrderLine[]> {
  return linesByPayment(tx, [uuids(paymentIds)]);
}

/** Lines of orders that are locked, by order and line number. */
export async function loadOrderLines(tx: Transaction, orderIds: Iterable<string>): Promise<OrderLine[]> {
  return linesByOrder(tx, [uuids(orderIds)]);
}

const reservationPassed = (now: Date) =>
  and(inArray(orders.status, [...unpaidStatuses]), lte(orders.reservedUntil, now));

/**
 * Locks up to `limit` orders whose hold has passed by the database's clock, the longest overdue first, in ascending id.
 * Orders that somebody else is working on are left to them.
 */
export async function lockOverdueOrders(tx: Transaction, limit: number): Promise<Order[]> {
  const due = tx.db
    .select({ id: orders.id })
    .from(orders)
    .where(reservationPassed(tx.now))
    .orderBy(asc(orders.reservedUntil))
    .limit(limit);
  return tx.db
    .select()
    .from(orders)
    .where(and(inArray(orders.id, due), reservationPassed(tx.now)))
    .orderBy(asc(orders.id))
    .for('update', { skipLocked: true });
}

/** Which of these orders' rows another transaction holds at this moment, and who that is. */
export const readLockedOrderRows = async (reader: Reader, ids: Iterable<string>): Promise<Map<string, string>> =>
  readLockedRows(reader, orders.id, ids);

export async function readOrders(reader: Reader, ids: Iterable<string>): Promise<Order[]> {
  return reader.select().from(orders).where(anyOf(orders.id, ids));
}

/** Lines of several orders, by order and line number. */
export async function readOrderLines(reader: Reader, orderIds: Iterable<string>): Promise<OrderLine[]> {
  return reader
    .select()
    .from(orderLines)
    .where(anyOf(orderLines.orderId, orderIds))
    .orderBy(asc(orderLines.orderId), asc(orderLines.lineNo));
}

export async function listOrders(
  reader: Reader,
  { customerId, status, needsAttention }: OrderFilter,
  cursor: string | undefined,
  limit: number,
): Promise<Order[]> {
  return reader
    .select()
    .from(orders)
    .where(
      and(
        customerId === undefined ? undefined : eq(orders.customerId, customerId),
        status === undefined ? undefined : eq(orders.status, status),
        needsAttention ? isNotNull(orders.needsAttention) : undefined,
        cursor === undefined ? undefined : lt(orders.id, cursor),
      ),
    )
    .orderBy(desc(orders.id))
    .limit(limit);
}

export const insertOrders = insertion(orders);
export const insertOrderLines = insertion(orderLines);
export const updateOrders = update(orders, 'id', [
  'status',
  'fulfillmentStatus',
  'reservationStatus',
  'reservedUntil',
  'needsAttention',
  'attentionReasons',
  'version',
  'updatedAt',
]);
