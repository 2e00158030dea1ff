import { and, eq, gte, inArray, isNotNull, lt, lte, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { orderStatuses } from '../order/order.ts';
import { orderLines, orders } from '../order/tables.ts';
import { payments } from '../payment/tables.ts';
import { orderSearch, paidOrders } from '../reporting/tables.ts';
import { searchQuery } from '../search-words.ts';
import { comparable } from '../shipping/carrier.ts';
import { comparableSql, parcels, shipments } from '../shipping/tables.ts';
import type { OrderFilter } from './order-list-input.ts';

/** How far the clocks of this shop's processes and of its database may differ, with the time that a call waits. */
const clockMarginMs = 5 * 60_000;

/** The smallest id of a time: ids begin with the milliseconds of their creation. */
function firstIdAt(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const idBefore = (id: PgColumn, to: string | undefined): SQL | undefined =>
  to === undefined ? undefined : lt(id, firstIdAt(Date.parse(to) + clockMarginMs));

/** SQL for whether a time is in a range; no condition without one. */
const inRange = (time: PgColumn, from: string | undefined, to: string | undefined): SQL | undefined =>
  and(
    from === undefined ? undefined : gte(time, new Date(from)),
    to === undefined ? undefined : lt(time, new Date(to)),
  );

/** Bounds of the ids of orders: an order is placed before it is paid or shipped. */
export const idBounds = (id: PgColumn, { createdFrom, createdTo, paidTo, shippedTo }: OrderFilter): SQL | undefined =>
  and(
    createdFrom === undefined ? undefined : gte(id, firstIdAt(Date.parse(createdFrom) - clockMarginMs)),
    ...[createdTo, paidTo, shippedTo].map((to) => idBefore(id, to)),
  );

/** Filters of which the planner can't know whether the first orders of a sort match them. */
const scattered = [
  'paymentStatus',
  'minTotalAmount',
  'maxTotalAmount',
  'paidFrom',
  'paidTo',
  'shippedFrom',
  'shippedTo',
  'q',
] as const;
/** Filters that select few orders. */
const selective = ['customerId', 'email', 'reference', 'trackingNumber'] as const;

const isGiven = (filter: OrderFilter) => (name: keyof OrderFilter) => filter[name] !== undefined;

/** Whether matching orders are found neither by an index in the order of the sort, nor by one that selects few. */
export function isScattered(filter: OrderFilter): boolean {
  if (selective.some(isGiven(filter))) return false;
  const { sort, status, fulfillmentStatus, productId } = filter;
  const isFiltered = status !== undefined || fulfillmentStatus !== undefined || productId !== undefined;
  return scattered.some(isGiven(filter)) || (sort.endsWith('updatedAt') && isFiltered);
}

/** Other tables that a filter looks into, with the SQL behind `from`. */
const otherTables = [
  { orderId: orderSearch.orderId, rows: hasSearchRow },
  { orderId: payments.orderId, rows: hasPayment },
  { orderId: paidOrders.orderId, rows: wasPaid },
  { orderId: shipments.orderId, rows: wasShipped },
  { orderId: orderLines.orderId, rows: hasLine },
  { orderId: parcels.orderId, rows: hasParcel },
];

/**
 * The SQL of each filter. Each is served by an index, which a test checks.
 * @param atEach whether to look into other tables for one order after the other: for a query that has chosen its orders
 */
export function orderConditions(filter: OrderFilter, { atEach = false } = {}): SQL | undefined {
  return and(ownConditions(filter), ...otherTables.map((table) => hasRow(table, filter, atEach)));
}

type OtherTable = (typeof otherTables)[number];

function hasRow({ orderId, rows }: OtherTable, filter: OrderFilter, atEach: boolean): SQL | undefined {
  const isMatch = rows(filter);
  // The planner doesn't join what has an offset.
  const end = atEach ? sql` offset 0` : sql``;
  return isMatch && sql`exists (select from ${orderId.table} where ${orderId} = ${orders.id} and ${isMatch}${end})`;
}

/** A table whose rows come in the order of a sort, and what a filter asks of them. */
export type Walk = {
  /** The column with the order's id. */
  orderId: PgColumn;
  bounds: SQL | undefined;
  isMatch: SQL | undefined;
  /** What the filter asks of other tables. */
  others: SQL | undefined;
};

/** The table of which a filter asks something that no index in the order of the sort has. */
export function walkOf(filter: OrderFilter): Walk {
  // Only orders are in the order of their last change.
  const asked = filter.sort.endsWith('updatedAt') ? undefined : otherTables.find(({ rows }) => rows(filter));
  const others = otherTables.filter((table) => table !== asked).map((table) => hasRow(table, filter, true));
  const ofOrders = { orderId: orders.id, bounds: idBounds(orders.id, filter) };
  if (!asked) return { ...ofOrders, isMatch: ownConditions(filter), others: and(...others) };
  return {
    orderId: asked.orderId,
    bounds: idBounds(asked.orderId, filter),
    isMatch: asked.rows(filter),
    others: and(ownConditions(filter), ...others),
  };
}

/** Queries for the ids of all orders that match what the filter asks of one other table, up to `limit` each. */
export const orderIdQueries = (filter: OrderFilter, limit: number): SQL[] =>
  otherTables.flatMap(({ orderId, rows }) => {
    const isMatch = rows(filter);
    return isMatch ? [sql`select ${orderId} as id from ${orderId.table} where ${isMatch} limit ${limit}`] : [];
  });

/**
 * Only paid orders ship, so one status implies the other: the index of both finds it. No condition without a status.
 */
export function statusConditions({ status, fulfillmentStatus }: OrderFilter): SQL | undefined {
  const implied = fulfillmentStatus === undefined || fulfillmentStatus === 'UNFULFILLED' ? undefined : 'PAID';
  const known = status ?? implied;
  const impliedFulfillment = status === undefined || status === 'PAID' ? undefined : 'UNFULFILLED';
  const knownFulfillment = fulfillmentStatus ?? impliedFulfillment;
  const isAny = fulfillmentStatus === undefined ? undefined : inArray(orders.status, orderStatuses);
  return and(
    known === undefined ? isAny : eq(orders.status, known),
    knownFulfillment && eq(orders.fulfillmentStatus, knownFulfillment),
  );
}

function ownConditions(filter: OrderFilter): SQL | undefined {
  const { customerId, reference, needsAttention, attentionReason, createdFrom, createdTo } = filter;
  return and(
    idBounds(orders.id, filter),
    statusConditions(filter),
    customerId === undefined ? undefined : eq(orders.customerId, customerId),
    reference === undefined ? undefined : eq(orders.reference, reference),
    needsAttention || attentionReason ? isNotNull(orders.needsAttention) : undefined,
    attentionReason && sql`${orders.attentionReasons} @> ${JSON.stringify([attentionReason])}::jsonb`,
    inRange(orders.createdAt, createdFrom, createdTo),
  );
}

function hasSearchRow({ email, minTotalAmount, maxTotalAmount, q }: OrderFilter): SQL | undefined {
  return and(
    email === undefined ? undefined : eq(orderSearch.email, email.toLowerCase()),
    minTotalAmount === undefined ? undefined : gte(orderSearch.totalAmount, minTotalAmount),
    maxTotalAmount === undefined ? undefined : lte(orderSearch.totalAmount, maxTotalAmount),
    q === undefined ? undefined : sql`${orderSearch.words} @@ ${searchQuery(q)}::tsquery`,
  );
}

function hasLine({ productId }: OrderFilter): SQL | undefined {
  return productId === undefined ? undefined : eq(orderLines.productId, productId);
}

function hasPayment({ paymentStatus }: OrderFilter): SQL | undefined {
  return paymentStatus && eq(payments.status, paymentStatus);
}

function hasParcel({ trackingNumber }: OrderFilter): SQL | undefined {
  if (trackingNumber === undefined) return undefined;
  return sql`${sql.raw(comparableSql('"commerce"."parcels"."tracking_number"'))} = ${comparable(trackingNumber)}`;
}

function wasPaid({ paidFrom, paidTo }: OrderFilter): SQL | undefined {
  return inRange(paidOrders.paidAt, paidFrom, paidTo);
}

function wasShipped({ shippedFrom, shippedTo }: OrderFilter): SQL | undefined {
  return inRange(shipments.shippedAt, shippedFrom, shippedTo);
}
