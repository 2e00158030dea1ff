import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
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
import { commerceSchema, inList, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import {
  openRefundStatuses,
  refundKinds,
  refundReasons,
  refundStatuses,
  type RefundFee,
  type RefundKind,
  type RefundReason,
  type RefundStatus,
} from './refund.ts';
import { payments } from '../payment/tables.ts';
import { returns } from '../returns/tables.ts';

export const refunds = commerceSchema.table(
  'refunds',
  {
    id: uuid('id').primaryKey(),
    paymentId: uuid('payment_id').notNull(),
    orderId: uuid('order_id').notNull(),
    kind: text('kind').$type<RefundKind>().notNull(),
    status: text('status').$type<RefundStatus>().notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    reason: text('reason').$type<RefundReason>().notNull(),
    gatewayRefundId: text('gateway_refund_id'),
    failureCode: text('failure_code'),
    returnId: uuid('return_id'),
    fees: jsonb('fees').$type<RefundFee[]>(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'refunds_payment', columns: [t.paymentId], foreignColumns: [payments.id] }),
    foreignKey({ name: 'refunds_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    foreignKey({
      name: 'refunds_return',
      columns: [t.returnId, t.orderId],
      foreignColumns: [returns.id, returns.orderId],
    }),
    oneOf('refunds_kind_known', t.kind, refundKinds),
    oneOf('refunds_status_known', t.status, refundStatuses),
    oneOf('refunds_reason_known', t.reason, refundReasons),
    check('refunds_amount_positive', sql`${t.amount} > 0`),
    check('refunds_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    // An authorization is voided once.
    uniqueIndex('refunds_one_void')
      .on(t.paymentId)
      .where(sql`${t.kind} = 'VOID' and ${t.status} <> 'FAILED'`),
    check('refunds_failed_says_why', sql`${t.status} <> 'FAILED' or ${t.failureCode} is not null`),
    // A refund at the gateway counts once, whether this shop or the dashboard made it.
    uniqueIndex('refunds_gateway_refund_id')
      .on(t.paymentId, t.gatewayRefundId)
      .where(sql`${t.gatewayRefundId} is not null`),
    index('refunds_order_id').on(t.orderId, t.id),
    index('refunds_status').on(t.status, t.id),
    index('refunds_open').on(t.id).where(inList(t.status, openRefundStatuses)),
  ],
);

/** The units that a refund is for, where it was requested by lines. */
export const refundLines = commerceSchema.table(
  'refund_lines',
  {
    refundId: uuid('refund_id').notNull(),
    orderId: uuid('order_id').notNull(),
    lineNo: smallint('line_no').notNull(),
    quantity: integer('quantity').notNull(),
    restock: boolean('restock').notNull(),
    amount: bigint('amount', { mode: 'number' }),
  },
  (t) => [
    primaryKey({ name: 'refund_lines_pkey', columns: [t.refundId, t.lineNo] }),
    foreignKey({ name: 'refund_lines_refund', columns: [t.refundId], foreignColumns: [refunds.id] }),
    foreignKey({
      name: 'refund_lines_line',
      columns: [t.orderId, t.lineNo],
      foreignColumns: [orderLines.orderId, orderLines.lineNo],
    }),
    check('refund_lines_quantity_positive', sql`${t.quantity} > 0`),
    check('refund_lines_amount_range', sql`${t.amount} >= 0`),
    index('refund_lines_order').on(t.orderId, t.lineNo),
  ],
);
