import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, timestamptz, tsvector } from '../database/schema.ts';
import { orders } from '../order/tables.ts';

// A job derives these rows from the event log, in the order of its positions. No order or payment waits for them.

/** How far the job has got: the position of the last event that all tables below contain. One row. */
export const reportProgress = commerceSchema.table(
  'report_progress',
  {
    id: integer('id').primaryKey(),
    position: bigint('position', { mode: 'number' }).notNull(),
  },
  (t) => [check('report_progress_one_row', sql`${t.id} = 1 and ${t.position} >= 0`)],
);

/** What orders are found by that would be expensive to index when an order is placed. */
export const orderSearch = commerceSchema.table(
  'order_search',
  {
    orderId: uuid('order_id').primaryKey(),
    /** In lower case. */
    email: text('email'),
    totalAmount: bigint('total_amount', { mode: 'number' }).notNull(),
    /** The words of reference, e-mail address and names. */
    words: tsvector('words').notNull(),
  },
  (t) => [
    foreignKey({ name: 'order_search_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    index('order_search_email')
      .on(t.email, t.orderId)
      .where(sql`${t.email} is not null`),
    index('order_search_total').on(t.totalAmount, t.orderId),
    index('order_search_words').using('gin', t.words),
  ],
);

/** When each order was paid for the first time. */
export const paidOrders = commerceSchema.table(
  'paid_orders',
  {
    orderId: uuid('order_id').primaryKey(),
    paidAt: timestamptz('paid_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'paid_orders_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    index('paid_orders_paid_at').on(t.paidAt, t.orderId),
  ],
);

/** What was sold and given back in each quarter of an hour: every time zone's days begin with one. */
export const salesQuarters = commerceSchema.table(
  'sales_quarters',
  {
    quarter: timestamptz('quarter').notNull(),
    currency: text('currency').notNull(),
    orders: integer('orders').notNull(),
    units: bigint('units', { mode: 'number' }).notNull(),
    grossAmount: bigint('gross_amount', { mode: 'number' }).notNull(),
    refundAmount: bigint('refund_amount', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ name: 'sales_quarters_pkey', columns: [t.quarter, t.currency] })],
);

/** How many orders have each pair of statuses. */
export const orderCounts = commerceSchema.table(
  'order_counts',
  {
    status: text('status').notNull(),
    fulfillmentStatus: text('fulfillment_status').notNull(),
    orders: bigint('orders', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ name: 'order_counts_pkey', columns: [t.status, t.fulfillmentStatus] })],
);
