import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, primaryKey, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import { shipmentStatuses, type ShipmentStatus } from './shipment.ts';

export const shipments = commerceSchema.table(
  'shipments',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    status: text('status').$type<ShipmentStatus>().notNull(),
    carrier: text('carrier'),
    trackingNumber: text('tracking_number'),
    shippedAt: timestamptz('shipped_at'),
    deliveredAt: timestamptz('delivered_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'shipments_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    unique('shipments_of_order').on(t.id, t.orderId),
    oneOf('shipments_status_known', t.status, shipmentStatuses),
    check(
      'shipments_shipped_has_tracking',
      sql`(${t.status} in ('READY', 'CANCELED')) = (${t.shippedAt} is null) and (${t.shippedAt} is null) = (${t.carrier} is null) and (${t.carrier} is null) = (${t.trackingNumber} is null)`,
    ),
    check('shipments_delivered_has_time', sql`(${t.status} = 'DELIVERED') = (${t.deliveredAt} is not null)`),
    check('shipments_carrier_length', sql`length(${t.carrier}) between 1 and 100`),
    check('shipments_tracking_number_length', sql`length(${t.trackingNumber}) between 1 and 100`),
    index('shipments_order_id').on(t.orderId, t.id),
  ],
);

export const shipmentLines = commerceSchema.table(
  'shipment_lines',
  {
    shipmentId: uuid('shipment_id').notNull(),
    // Stored here, too, so that both foreign keys must name the same order.
    orderId: uuid('order_id').notNull(),
    lineNo: smallint('line_no').notNull(),
    quantity: integer('quantity').notNull(),
  },
  (t) => [
    primaryKey({ name: 'shipment_lines_pkey', columns: [t.shipmentId, t.lineNo] }),
    foreignKey({
      name: 'shipment_lines_shipment',
      columns: [t.shipmentId, t.orderId],
      foreignColumns: [shipments.id, shipments.orderId],
    }),
    foreignKey({
      name: 'shipment_lines_order_line',
      columns: [t.orderId, t.lineNo],
      foreignColumns: [orderLines.orderId, orderLines.lineNo],
    }),
    check('shipment_lines_quantity_positive', sql`${t.quantity} > 0`),
  ],
);
