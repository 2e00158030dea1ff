import { sql } from 'drizzle-orm';
import { bigint, boolean, check, foreignKey, index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, inList, oneOf, timestamptz } from '../database/schema.ts';
import { orders } from '../order/tables.ts';
import {
  captureModes,
  liveStatuses,
  paymentStatuses,
  approvedStatuses,
  type CaptureMode,
  type PaymentStatus,
} from './payment.ts';

export const payments = commerceSchema.table(
  'payments',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    provider: text('provider').notNull(),
    method: text('method'),
    capture: text('capture').$type<CaptureMode>().notNull().default('MANUAL'),
    gatewayPaymentId: text('gateway_payment_id'),
    status: text('status').$type<PaymentStatus>().notNull(),
    currency: text('currency').notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    authorizedAmount: bigint('authorized_amount', { mode: 'number' }).notNull(),
    capturedAmount: bigint('captured_amount', { mode: 'number' }).notNull(),
    refundedAmount: bigint('refunded_amount', { mode: 'number' }).notNull(),
    refundReservedAmount: bigint('refund_reserved_amount', { mode: 'number' }).notNull(),
    creditedAmount: bigint('credited_amount', { mode: 'number' }).notNull().default(0),
    releasedAmount: bigint('released_amount', { mode: 'number' }).notNull().default(0),
    surplus: boolean('surplus').notNull(),
    failureCode: text('failure_code'),
    reportedAmount: bigint('reported_amount', { mode: 'number' }),
    reportedCurrency: text('reported_currency'),
    reportedCaptured: boolean('reported_captured').notNull().default(false),
    canceledAtGateway: boolean('canceled_at_gateway').notNull().default(false),
    lapseWarningAt: timestamptz('lapse_warning_at'),
    captureOverdueAt: timestamptz('capture_overdue_at'),
    polledAt: timestamptz('asked_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'payments_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    oneOf('payments_status_known', t.status, paymentStatuses),
    oneOf('payments_capture_known', t.capture, captureModes),
    check('payments_method_length', sql`length(${t.method}) between 1 and 50`),
    check('payments_gateway_payment_id_length', sql`length(${t.gatewayPaymentId}) between 1 and 300`),
    check('payments_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    // No more is refunded or credited than was captured, and no more is captured or authorized than was requested.
    check(
      'payments_amounts_ordered',
      sql`0 <= ${t.refundedAmount} and 0 <= ${t.refundReservedAmount} and 0 <= ${t.creditedAmount} and ${t.refundedAmount} + ${t.refundReservedAmount} + ${t.creditedAmount} <= ${t.capturedAmount} and ${t.capturedAmount} <= ${t.authorizedAmount} and ${t.authorizedAmount} <= ${t.amount}`,
    ),
    // What is released is not captured.
    check(
      'payments_released_not_captured',
      sql`${t.releasedAmount} >= 0 and ${t.capturedAmount} + ${t.releasedAmount} <= ${t.authorizedAmount}`,
    ),
    check(
      'payments_authorized_in_full',
      sql`${t.status} not in ('AUTHORIZED', 'CAPTURED') or ${t.authorizedAmount} = ${t.amount}`,
    ),
    // Without a balance of its own, surplus money couldn't be refunded in parts.
    check('payments_surplus_has_a_balance', sql`not ${t.surplus} or ${t.authorizedAmount} = ${t.amount}`),
    check(
      'payments_unsettled_has_no_money',
      sql`${t.status} not in ('CREATED', 'PENDING', 'FAILED', 'REVIEW') or ${t.authorizedAmount} = 0`,
    ),
    check(
      'payments_review_says_what_came',
      sql`${t.status} <> 'REVIEW' or (${t.reportedAmount} is not null and ${t.reportedCurrency} is not null)`,
    ),
    check('payments_failed_says_why', sql`${t.status} <> 'FAILED' or ${t.failureCode} is not null`),
    uniqueIndex('payments_one_live').on(t.orderId).where(inList(t.status, liveStatuses)),
    uniqueIndex('payments_one_settling')
      .on(t.orderId)
      .where(sql`${inList(t.status, approvedStatuses)} and not ${t.surplus}`),
    index('payments_order_id').on(t.orderId, t.id),
    uniqueIndex('payments_gateway_payment_id')
      .on(t.provider, t.gatewayPaymentId)
      .where(sql`${t.gatewayPaymentId} is not null`),
    // Authorizations that an operator will be warned about, unless they are captured before.
    index('payments_capture_warning')
      .on(sql`least(${t.lapseWarningAt}, ${t.captureOverdueAt})`)
      .where(
        sql`${t.status} = 'AUTHORIZED' and not ${t.surplus} and least(${t.lapseWarningAt}, ${t.captureOverdueAt}) is not null`,
      ),
    // Canceled attempts that can still be paid: polled for a day.
    index('payments_lingering')
      .on(t.createdAt)
      .where(sql`${t.status} = 'CANCELED' and ${t.authorizedAmount} = 0 and not ${t.surplus}`),
    // Live attempts are few, and have an index of their own: an attempt enters this one once, when it has ended.
    index('payments_ended')
      .on(t.status, t.id)
      .where(sql`not (${inList(t.status, liveStatuses)})`),
    // Live attempts: polled when the gateway sends nothing for a while.
    index('payments_live_asked')
      .on(sql`coalesce(${t.polledAt}, ${t.createdAt})`)
      .where(inList(t.status, liveStatuses)),
  ],
);
