import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { products } from '../catalog/tables.ts';
import { shippingOptions } from '../pricing/tables.ts';
import { commerceSchema, inList, oneOf, quoted, timestamptz } from '../database/schema.ts';
import {
  attentionReasons,
  fulfillmentStatuses,
  lineKinds,
  noteLengthMax,
  orderStatuses,
  reservationOf,
  unpaidStatuses,
  type Address,
  type AttentionReason,
  type Contact,
  type FulfillmentStatus,
  type LineKind,
  type OrderStatus,
  type ReservationStatus,
} from './order.ts';

const statusPairs = Object.entries(reservationOf)
  .map(([status, reservation]) => `(${quoted([status, reservation])})`)
  .join(', ');

/**
 * Counts the numbers of orders that the database makes: of those from before they had one, and of rows written by SQL.
 */
export const orderNumbers = commerceSchema.sequence('order_numbers');

export const orders = commerceSchema.table(
  'orders',
  {
    id: uuid('id').primaryKey(),
    number: text('number')
      .notNull()
      .default(sql`"commerce"."order_number"(nextval('"commerce"."order_numbers"'))`),
    customerId: text('customer_id').notNull(),
    status: text('status').$type<OrderStatus>().notNull(),
    fulfillmentStatus: text('fulfillment_status').$type<FulfillmentStatus>().notNull(),
    reservationStatus: text('reservation_status').$type<ReservationStatus>().notNull(),
    reservedUntil: timestamptz('hold_until').notNull(),
    currency: text('currency').notNull(),
    totalAmount: bigint('total_amount', { mode: 'number' }).notNull(),
    shippingOptionId: uuid('shipping_option_id'),
    contact: jsonb('contact').$type<Contact>(),
    shippingAddress: jsonb('shipping_address').$type<Address>(),
    reference: text('reference'),
    metadata: jsonb('metadata').$type<Record<string, unknown>>(),
    redactedAt: timestamptz('redacted_at'),
    needsAttention: text('needs_attention').$type<AttentionReason>(),
    attentionReasons: jsonb('attention_reasons').$type<AttentionReason[]>(),
    version: integer('version').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'orders_shipping_option',
      columns: [t.shippingOptionId],
      foreignColumns: [shippingOptions.id],
    }),
    oneOf('orders_status_known', t.status, orderStatuses),
    oneOf('orders_fulfillment_status_known', t.fulfillmentStatus, fulfillmentStatuses),
    oneOf('orders_needs_attention_known', t.needsAttention, attentionReasons),
    check(
      'orders_needs_attention_is_most_urgent',
      sql`${t.needsAttention} is not distinct from ${t.attentionReasons} ->> 0`,
    ),
    check('orders_reservation_follows_status', sql`(${t.status}, ${t.reservationStatus}) in (${sql.raw(statusPairs)})`),
    check('orders_only_paid_ships', sql`${t.fulfillmentStatus} = 'UNFULFILLED' or ${t.status} = 'PAID'`),
    check('orders_total_amount_range', sql`${t.totalAmount} between 0 and 9007199254740991`),
    check('orders_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    check('orders_customer_id_length', sql`length(${t.customerId}) between 1 and 200`),
    check('orders_reference_length', sql`length(${t.reference}) between 1 and 200`),
    check('orders_metadata_size', sql`octet_length(${t.metadata}::text) <= 8192`),
    check(
      'orders_redacted_has_no_texts',
      sql`${t.redactedAt} is null or (${t.contact} is null and ${t.shippingAddress} is null)`,
    ),
    check('orders_version_positive', sql`${t.version} > 0`),
    uniqueIndex('orders_number').on(t.number),
    index('orders_customer').on(t.customerId, t.id),
    index('orders_reference')
      .on(t.reference, t.id)
      .where(sql`${t.reference} is not null`),
    // Only paid orders ship: each pair of statuses is a range in the order of creation.
    index('orders_statuses').on(t.status, t.fulfillmentStatus, t.id),
    index('orders_updated').on(t.updatedAt, t.id),
    // The orders that the expiry job looks for: an order leaves the index when it is paid, canceled or expired.
    index('orders_hold_due').on(t.reservedUntil).where(inList(t.status, unpaidStatuses)),
    index('orders_attention')
      .on(t.id)
      .where(sql`${t.needsAttention} is not null`),
  ],
);

/**
 * The unpaid orders of guests, which are counted when a guest orders. A row is written before its order and deleted
 * when a later one finds the order paid or over. There is no foreign key: the order may be refused.
 */
export const openGuestOrders = commerceSchema.table(
  'open_guest_orders',
  {
    orderId: uuid('order_id').primaryKey(),
    // A keyed hash of the address that the order came from, never the address.
    origin: text('origin').notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (t) => [check('open_guest_orders_origin_length', sql`length(${t.origin}) between 1 and 64`)],
);

/** What operators have written about orders. The text is null when the order was redacted. */
export const orderNotes = commerceSchema.table(
  'order_notes',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    text: text('text'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'order_notes_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    index('order_notes_of_order').on(t.orderId),
    check('order_notes_text_length', sql`length(${t.text}) between 1 and ${sql.raw(String(noteLengthMax))}`),
  ],
);

export const orderLines = commerceSchema.table(
  'order_lines',
  {
    orderId: uuid('order_id').notNull(),
    lineNo: smallint('line_no').notNull(),
    kind: text('kind').$type<LineKind>().notNull(),
    productId: uuid('product_id'),
    sku: text('sku'),
    name: text('name').notNull(),
    quantity: integer('quantity').notNull(),
    unitAmount: bigint('unit_amount', { mode: 'number' }).notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    discountAmount: bigint('discount_amount', { mode: 'number' }),
    taxAmount: bigint('tax_amount', { mode: 'number' }),
    canceledQty: integer('canceled_qty').notNull().default(0),
    releasedQty: integer('released_qty').notNull().default(0),
    releasedAmount: bigint('released_amount', { mode: 'number' }).notNull().default(0),
  },
  (t) => [
    primaryKey({ name: 'order_lines_pkey', columns: [t.orderId, t.lineNo] }),
    foreignKey({ name: 'order_lines_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    foreignKey({ name: 'order_lines_product', columns: [t.productId], foreignColumns: [products.id] }),
    oneOf('order_lines_kind_known', t.kind, lineKinds),
    check('order_lines_product_when_product', sql`(${t.kind} = 'PRODUCT') = (${t.productId} is not null)`),
    check('order_lines_sku_when_product', sql`(${t.kind} = 'PRODUCT') = (${t.sku} is not null)`),
    check('order_lines_line_no_positive', sql`${t.lineNo} > 0`),
    check('order_lines_quantity_positive', sql`${t.quantity} > 0`),
    check('order_lines_amount_product', sql`${t.amount} = ${t.quantity} * ${t.unitAmount}`),
    check(
      'order_lines_amount_sign',
      sql`case when ${t.kind} in ('DISCOUNT', 'CREDIT') then ${t.unitAmount} <= 0 else ${t.unitAmount} >= 0 end`,
    ),
    check('order_lines_discount_amount_sign', sql`${t.discountAmount} <= 0`),
    check('order_lines_tax_amount_sign', sql`${t.taxAmount} >= 0`),
    check('order_lines_both_shares', sql`(${t.discountAmount} is null) = (${t.taxAmount} is null)`),
    check(
      'order_lines_paid_not_negative',
      sql`case when ${t.kind} in ('DISCOUNT', 'TAX', 'CREDIT') then ${t.discountAmount} = 0 and ${t.taxAmount} = 0
        else ${t.amount} + ${t.discountAmount} + ${t.taxAmount} >= 0 end`,
    ),
    // No defect in the code can cancel more units than were ordered.
    check(
      'order_lines_canceled_within_ordered',
      sql`${t.canceledQty} between 0 and case when ${t.kind} = 'PRODUCT' then ${t.quantity} else 0 end`,
    ),
    check(
      'order_lines_released_within_ordered',
      sql`${t.releasedQty} between 0 and ${t.quantity} and ${t.releasedAmount} >= 0`,
    ),
    // Also finds the orders of a product.
    uniqueIndex('order_lines_once_per_product')
      .on(t.productId, t.orderId)
      .where(sql`${t.productId} is not null`),
  ],
);
