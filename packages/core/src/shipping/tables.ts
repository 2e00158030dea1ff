import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import { returns } from '../returns/tables.ts';
import { parcelTrackings, type ParcelTracking } from './parcel.ts';
import { shipmentStatuses, type ShipmentStatus } from './shipment.ts';

export const shipments = commerceSchema.table(
  'shipments',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    // The return whose units this shipment replaces. Its units aren't units of the order.
    returnId: uuid('return_id'),
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
    foreignKey({
      name: 'shipments_return',
      columns: [t.returnId, t.orderId],
      foreignColumns: [returns.id, returns.orderId],
    }),
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

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** SQL that does what `comparable` does. It depends on no locale, so that an index can hold it. */
export const comparableSql = (expression: string): string =>
  `translate(${expression}, '${upperCase} .-_/', '${upperCase.toLowerCase()}')`;

const comparableColumn = ({ name }: AnyPgColumn) => sql.raw(comparableSql(`"${name}"`));

export const parcels = commerceSchema.table(
  'parcels',
  {
    id: uuid('id').primaryKey(),
    shipmentId: uuid('shipment_id').notNull(),
    // Stored here, too, so that an order's parcels are found by its id.
    orderId: uuid('order_id').notNull(),
    carrier: text('carrier').notNull(),
    trackingNumber: text('tracking_number').notNull(),
    tracking: text('tracking').$type<ParcelTracking>().notNull(),
    live: boolean('live').notNull(),
    deliveredAt: timestamptz('delivered_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({
      name: 'parcels_shipment',
      columns: [t.shipmentId, t.orderId],
      foreignColumns: [shipments.id, shipments.orderId],
    }),
    oneOf('parcels_tracking_known', t.tracking, parcelTrackings),
    check('parcels_delivered_has_time', sql`(${t.tracking} = 'DELIVERED') = (${t.deliveredAt} is not null)`),
    check('parcels_delivered_is_over', sql`${t.tracking} <> 'DELIVERED' or not ${t.live}`),
    check('parcels_carrier_length', sql`length(${t.carrier}) between 1 and 100`),
    check('parcels_tracking_number_length', sql`length(${t.trackingNumber}) between 1 and 100`),
    // Carriers use numbers again: a number means the parcel that is live.
    uniqueIndex('parcels_one_live')
      .on(comparableColumn(t.carrier), comparableColumn(t.trackingNumber))
      .where(sql`${t.live}`),
    index('parcels_order_id').on(t.orderId, t.id),
  ],
);
