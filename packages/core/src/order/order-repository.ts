import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';
import {
  anyOf,
  arrayOf,
  insertion,
  readLockedRows,
  selection,
  statement,
  update,
  uuids,
  type Transaction,
} from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { quoted } from '../database/schema.ts';
import { longestDue } from '../due-work/longest-due.ts';
import { isNamedOrder, parametersOf, type OrderNames } from '../database/named-orders.ts';
import { unpaidStatuses, type Order, type OrderLine } from './order.ts';
import { orderLines, orders } from './tables.ts';

const lockNamed = selection('lock_orders', orders, `where t."id" ${isNamedOrder} order by t."id" for update`);
const linesOfNamed = selection(
  'lines_of_orders',
  orderLines,
  `where t."order_id" ${isNamedOrder} order by t."order_id", t."line_no"`,
);

/** Locks orders in ascending id. Unknown ids are left out. */
export async function lockOrders(tx: Transaction, named: OrderNames): Promise<Order[]> {
  return lockNamed(tx, parametersOf(named));
}

/** Lines of locked orders, by order and line number. */
export async function loadOrderLines(tx: Transaction, named: OrderNames): Promise<OrderLine[]> {
  return linesOfNamed(tx, parametersOf(named));
}

/** SQL that is true when an unpaid order's reservation has ended. */
export const someOrderIsOverdue = `(select min("hold_until") <= now() from "commerce"."orders"
  where "status" in (${quoted(unpaidStatuses)}))`;

/**
 * Locks the up to `limit` unpaid orders whose reservation ended the longest ago, in ascending id. Locked rows are
 * skipped.
 */
export async function lockOverdueOrders(tx: Transaction, limit: number): Promise<Order[]> {
  const { id, status, reservedUntil } = orders;
  const isDue = and(inArray(status, [...unpaidStatuses]), lte(reservedUntil, tx.now));
  return tx.db
    .select()
    .from(orders)
    .where(longestDue(tx, { table: orders, id, dueAt: reservedUntil, isDue, limit }))
    .orderBy(asc(id))
    .for('update', { skipLocked: true });
}

/** The orders among these whose rows are locked at this moment, each with its lock holder. */
export const readLockedOrderRows = async (reader: Reader, ids: Iterable<string>): Promise<Map<string, string>> =>
  readLockedRows(reader, orders.id, ids);

export async function readOrders(reader: Reader, ids: Iterable<string>): Promise<Order[]> {
  return reader.select().from(orders).where(anyOf(orders.id, ids));
}

/** The numbers of orders, by the orders' ids. */
export async function readOrderNumbers(reader: Reader, ids: Iterable<string>): Promise<Map<string, string>> {
  const { id, number } = orders;
  const rows = await reader.select({ id, number }).from(orders).where(anyOf(id, ids));
  return new Map(rows.map((row) => [row.id, row.number]));
}

/** The orders that have these numbers, by number. */
export async function readOrderIdsByNumber(reader: Reader, numbers: Iterable<string>): Promise<Map<string, string>> {
  const { id, number } = orders;
  const rows = await reader.select({ id, number }).from(orders).where(anyOf(number, numbers));
  return new Map(rows.map((row) => [row.number, row.id]));
}

/** The orders that have these references, the newest first, at most `limit` for each reference. */
export async function readOrderIdsByReference(
  reader: Reader,
  references: readonly string[],
  limit: number,
): Promise<{ reference: string; orderId: string }[]> {
  const given = sql`(select unnest(${sql.param(references)}::text[]) as "reference") as given`;
  const { rows } = await reader.execute<{ reference: string; orderId: string }>(sql`
    select given."reference", found."orderId" from ${given} cross join lateral (
      select ${orders.id} as "orderId" from ${orders} where ${orders.reference} = given."reference"
      order by ${orders.id} desc limit ${limit}
    ) found`);
  return rows;
}

/** Lines of several orders, by order and line number. */
export async function readOrderLines(reader: Reader, orderIds: Iterable<string>): Promise<OrderLine[]> {
  return reader
    .select()
    .from(orderLines)
    .where(anyOf(orderLines.orderId, orderIds))
    .orderBy(asc(orderLines.orderId), asc(orderLines.lineNo));
}

// A new order is not redacted, so that this column costs no insert anything.
export const insertOrders = insertion(orders, ['redactedAt']);
// Nothing is given up of a new line, so that these columns cost no insert anything.
export const insertOrderLines = insertion(orderLines, ['canceledQty', 'releasedQty', 'releasedAmount']);
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

const updatingLines = statement(
  'update_order_lines',
  `update "commerce"."order_lines" t
  set "canceled_qty" = given.canceled_qty, "released_qty" = given.released_qty,
    "released_amount" = given.released_amount
  from unnest($1::uuid[], $2::smallint[], $3::integer[], $4::integer[], $5::bigint[])
    as given (order_id, line_no, canceled_qty, released_qty, released_amount)
  where t."order_id" = given.order_id and t."line_no" = given.line_no`,
);
const [smallints, integers, bigints] = [arrayOf('smallint'), arrayOf('integer'), arrayOf('bigint')];

/** Sets what was given up of lines of locked orders. */
export function updateOrderLines(tx: Transaction, lines: readonly OrderLine[]): void {
  if (lines.length === 0) return;
  tx.send(updatingLines, [
    uuids(lines.map(({ orderId }) => orderId)),
    smallints(lines.map(({ lineNo }) => lineNo)),
    integers(lines.map(({ canceledQty }) => canceledQty)),
    integers(lines.map(({ releasedQty }) => releasedQty)),
    bigints(lines.map(({ releasedAmount }) => releasedAmount)),
  ]);
}

/**
 * Writes the texts of a locked order. `updateOrders` does not: it is sent for each payment, and texts hardly change.
 */
export async function updateOrderTexts(
  tx: Transaction,
  { id, contact, shippingAddress, reference, metadata, redactedAt }: Order,
): Promise<void> {
  await tx.db
    .update(orders)
    .set({ contact, shippingAddress, reference, metadata, redactedAt })
    .where(eq(orders.id, id));
}
