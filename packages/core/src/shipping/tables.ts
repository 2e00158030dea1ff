import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, inList, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import { returns } from '../returns/tables.ts';
import { checkpointEffects, type CheckpointEffect } from './checkpoint.ts';
import { parcelTrackings, type ParcelTracking } from './parcel.ts';
import { shipmentStatuses, type ShipmentStatus } from './shipment.ts';
import { messageOutcomes, waitingOutcomes, type MessageOutcome, type StoredReport } from './tracking-message.ts';

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
    index('shipments_status').on(t.status, t.id),
    index('shipments_shipped')
      .on(t.shippedAt, t.orderId)
      .where(sql`${t.shippedAt} is not null`),
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

/** SQL for whether rows of two aliases have the same carrier and number. */
export const isSameNumberSql = (a: string, b: string): string =>
  ['carrier', 'tracking_number']
    .map((column) => `${comparableSql(`${a}."${column}"`)} = ${comparableSql(`${b}."${column}"`)}`)
    .join(' and ');

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
    checkpointAt: timestamptz('checkpoint_at'),
    troubled: boolean('troubled').notNull().default(false),
    heardAt: timestamptz('heard_at'),
    provider: text('provider'),
    providerRef: text('provider_ref'),
    registeredAt: timestamptz('registered_at'),
    renewAt: timestamptz('renew_at'),
    attempts: integer('attempts').notNull().default(0),
    failureCode: text('failure_code'),
    polledAt: timestamptz('polled_at'),
    // A parcel that an older version dispatched is due at once, too.
    dueAt: timestamptz('due_at').defaultNow(),
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
    // A provider names a carrier in its own way, so a number is looked up alone.
    index('parcels_tracking_number').on(comparableColumn(t.trackingNumber)),
    index('parcels_due')
      .on(t.provider, t.dueAt)
      .where(sql`${t.live} and ${t.dueAt} is not null`),
    index('parcels_troubled')
      .on(t.shipmentId)
      .where(sql`${t.live} and ${t.troubled}`),
    check('parcels_attempts_range', sql`${t.attempts} >= 0`),
  ],
);

/**
 * What carriers have reported about parcels, one row a checkpoint and parcel: of two parcels that left with each
 * other's numbers, both have had a checkpoint. Append-only.
 */
export const trackingEvents = commerceSchema.table(
  'tracking_events',
  {
    id: uuid('id').primaryKey(),
    parcelId: uuid('parcel_id').notNull(),
    provider: text('provider').notNull(),
    checkpointId: text('checkpoint_id').notNull(),
    // The number that the parcel had: a corrected number begins a journey of its own.
    carrier: text('carrier').notNull(),
    trackingNumber: text('tracking_number').notNull(),
    tracking: text('tracking').$type<ParcelTracking>().notNull(),
    occurredAt: timestamptz('occurred_at'),
    detail: text('detail'),
    effect: text('effect').$type<CheckpointEffect>().notNull(),
    receivedAt: timestamptz('received_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'tracking_events_parcel', columns: [t.parcelId], foreignColumns: [parcels.id] }),
    uniqueIndex('tracking_events_once').on(t.provider, t.checkpointId, t.parcelId),
    index('tracking_events_parcel_id').on(t.parcelId, t.id),
    oneOf('tracking_events_tracking_known', t.tracking, parcelTrackings),
    oneOf('tracking_events_effect_known', t.effect, checkpointEffects),
    check('tracking_events_checkpoint_id_length', sql`length(${t.checkpointId}) between 1 and 300`),
    check('tracking_events_detail_length', sql`length(${t.detail}) between 1 and 200`),
  ],
);

/** The inbox of carriers' messages: one row for each message of a provider. */
export const trackingMessages = commerceSchema.table(
  'tracking_messages',
  {
    id: uuid('id').primaryKey(),
    provider: text('provider').notNull(),
    eventId: text('event_id').notNull(),
    reports: jsonb('reports').$type<StoredReport[]>().notNull(),
    // Two messages with one id that differ here contradict each other.
    fingerprint: text('fingerprint').notNull(),
    rawBody: bytea('raw_body'),
    outcome: text('outcome').$type<MessageOutcome>().notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: timestamptz('due_at'),
    receivedAt: timestamptz('received_at').notNull(),
    decidedAt: timestamptz('decided_at'),
  },
  (t) => [
    oneOf('tracking_messages_outcome_known', t.outcome, messageOutcomes),
    check('tracking_messages_event_id_length', sql`length(${t.eventId}) between 1 and 300`),
    check('tracking_messages_waits_iff_due', sql`(${inList(t.outcome, waitingOutcomes)}) = (${t.dueAt} is not null)`),
    check(
      'tracking_messages_decided_iff_final',
      sql`(${inList(t.outcome, waitingOutcomes)}) = (${t.decidedAt} is null)`,
    ),
    check('tracking_messages_attempts_range', sql`${t.attempts} >= 0`),
    uniqueIndex('tracking_messages_first')
      .on(t.provider, t.eventId)
      .where(sql`${t.outcome} <> 'CONFLICT'`),
    uniqueIndex('tracking_messages_conflict')
      .on(t.provider, t.eventId, t.fingerprint)
      .where(sql`${t.outcome} = 'CONFLICT'`),
    index('tracking_messages_due')
      .on(t.dueAt)
      .where(sql`${t.dueAt} is not null`),
    // A dispatch looks for messages about its numbers.
    index('tracking_messages_unmatched')
      .using('gin', t.reports.op('jsonb_path_ops'))
      .where(sql`${t.outcome} = 'UNMATCHED'`),
    // Metrics count them.
    index('tracking_messages_parked')
      .on(t.id)
      .where(sql`${t.outcome} = 'PARKED'`),
    // For retention.
    index('tracking_messages_bodies')
      .on(t.decidedAt)
      .where(sql`${t.rawBody} is not null`),
  ],
);
