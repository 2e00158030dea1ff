import { sql } from 'drizzle-orm';
import { check, foreignKey, index, integer, primaryKey, smallint, text, unique, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import {
  returnFaults,
  returnGoods,
  returnStatuses,
  type ReturnFault,
  type ReturnGoods,
  type ReturnStatus,
} from './return.ts';

export const returns = commerceSchema.table(
  'returns',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    status: text('status').$type<ReturnStatus>().notNull(),
    fault: text('fault').$type<ReturnFault>().notNull(),
    goods: text('goods').$type<ReturnGoods>().notNull(),
    reason: text('reason'),
    declineReason: text('decline_reason'),
    carrier: text('carrier'),
    trackingNumber: text('tracking_number'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'returns_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    unique('returns_of_order').on(t.id, t.orderId),
    oneOf('returns_status_known', t.status, returnStatuses),
    oneOf('returns_fault_known', t.fault, returnFaults),
    oneOf('returns_goods_known', t.goods, returnGoods),
    check('returns_kept_never_received', sql`${t.goods} = 'EXPECTED' or ${t.status} <> 'RECEIVED'`),
    check('returns_declined_has_reason', sql`${t.declineReason} is null or ${t.status} = 'DECLINED'`),
    check('returns_label_complete', sql`(${t.carrier} is null) = (${t.trackingNumber} is null)`),
    check('returns_reason_length', sql`length(${t.reason}) between 1 and 500`),
    check('returns_decline_reason_length', sql`length(${t.declineReason}) between 1 and 500`),
    check('returns_carrier_length', sql`length(${t.carrier}) between 1 and 100`),
    check('returns_tracking_number_length', sql`length(${t.trackingNumber}) between 1 and 100`),
    index('returns_order_id').on(t.orderId, t.id),
    index('returns_status').on(t.status, t.id),
  ],
);

/** Units of an order's lines that come back. A trigger refuses more units than have left. */
export const returnLines = commerceSchema.table(
  'return_lines',
  {
    returnId: uuid('return_id').notNull(),
    // Stored here, too, so that both foreign keys must name the same order.
    orderId: uuid('order_id').notNull(),
    lineNo: smallint('line_no').notNull(),
    requestedQty: integer('requested_qty').notNull(),
    replacementQty: integer('replacement_qty').notNull().default(0),
    receivedQty: integer('received_qty').notNull(),
    restockedQty: integer('restocked_qty').notNull(),
    writtenOffQty: integer('written_off_qty').notNull(),
    missingQty: integer('missing_qty').notNull(),
    replacedQty: integer('replaced_qty').notNull(),
    releasedQty: integer('released_qty').notNull(),
  },
  (t) => [
    primaryKey({ name: 'return_lines_pkey', columns: [t.returnId, t.lineNo] }),
    foreignKey({
      name: 'return_lines_return',
      columns: [t.returnId, t.orderId],
      foreignColumns: [returns.id, returns.orderId],
    }),
    foreignKey({
      name: 'return_lines_order_line',
      columns: [t.orderId, t.lineNo],
      foreignColumns: [orderLines.orderId, orderLines.lineNo],
    }),
    check('return_lines_requested_positive', sql`${t.requestedQty} > 0`),
    check(
      'return_lines_not_negative',
      sql`least(${t.restockedQty}, ${t.writtenOffQty}, ${t.missingQty}, ${t.replacedQty}, ${t.releasedQty}, ${t.replacementQty}) >= 0`,
    ),
    check('return_lines_received_adds_up', sql`${t.receivedQty} = ${t.restockedQty} + ${t.writtenOffQty}`),
    check(
      'return_lines_within_requested',
      sql`greatest(${t.receivedQty} + ${t.missingQty}, ${t.replacementQty}) <= ${t.requestedQty}`,
    ),
    check('return_lines_settled_within_requested', sql`${t.replacedQty} + ${t.releasedQty} <= ${t.requestedQty}`),
    index('return_lines_order_line').on(t.orderId, t.lineNo),
  ],
);
