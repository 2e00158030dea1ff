import { sql } from 'drizzle-orm';
import { bigint, boolean, check, foreignKey, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, inList, oneOf, timestamptz } from '../database/schema.ts';
import { orders } from '../order/tables.ts';
import { eventEffects, eventOutcomes, gatewayEventTypes, type EventEffect, type EventOutcome, type GatewayEventType } from './gateway-event.ts';
import { liveStatuses, paymentStatuses, settledStatuses, type PaymentStatus } from './payment.ts';
import { refundKinds, refundReasons, refundStatuses, type RefundKind, type RefundReason, type RefundStatus } from './refund.ts';

export const payments = commerceSchema.table(
  'payments',
  {
    id: uuid('id').primaryKey(),
    orderId: uuid('order_id').notNull(),
    provider: text('provider').notNull(),
    status: text('status').$type<PaymentStatus>().notNull(),
    currency: text('currency').notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    authorizedAmount: bigint('authorized_amount', { mode: 'number' }).notNull(),
    capturedAmount: bigint('captured_amount', { mode: 'number' }).notNull(),
    refundedAmount: bigint('refunded_amount', { mode: 'number' }).notNull(),
    refundReservedAmount: bigint('refund_reserved_amount', { mode: 'number' }).notNull(),
    surplus: boolean('surplus').notNull(),
    failureCode: text('failure_code'),
    reportedAmount: bigint('reported_amount', { mode: 'number' }),
    reportedCurrency: text('reported_currency'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'payments_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    oneOf('payments_status_known', t.status, paymentStatuses),
    check('payments_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    // No money leaves that didn't come, none comes that wasn't asked for.
    check('payments_amounts_ordered', sql`0 <= ${t.refundedAmount} and 0 <= ${t.refundReservedAmount} and ${t.refundedAmount} + ${t.refundReservedAmount} <= ${t.capturedAmount} and ${t.capturedAmount} <= ${t.authorizedAmount} and ${t.authorizedAmount} <= ${t.amount}`),
    check('payments_authorized_in_full', sql`${t.status} not in ('AUTHORIZED', 'CAPTURED') or ${t.authorizedAmount} = ${t.amount}`),
    check('payments_unsettled_has_no_money', sql`${t.status} not in ('CREATED', 'PENDING', 'FAILED', 'REVIEW') or ${t.authorizedAmount} = 0`),
    check('payments_review_says_what_came', sql`${t.status} <> 'REVIEW' or (${t.reportedAmount} is not null and ${t.reportedCurrency} is not null)`),
    check('payments_failed_says_why', sql`${t.status} <> 'FAILED' or ${t.failureCode} is not null`),
    uniqueIndex('payments_one_live').on(t.orderId).where(inList(t.status, liveStatuses)),
    uniqueIndex('payments_one_settling').on(t.orderId).where(sql`${inList(t.status, settledStatuses)} and not ${t.surplus}`),
    index('payments_order_id').on(t.orderId, t.id),
  ],
);

/** The inbox: one row per message of a gateway, whatever became of it. */
export const gatewayEvents = commerceSchema.table(
  'gateway_events',
  {
    id: uuid('id').primaryKey(),
    provider: text('provider').notNull(),
    providerEventId: text('provider_event_id').notNull(),
    type: text('type').$type<GatewayEventType>().notNull(),
    // No foreign key: an event may name a payment that we don't know (yet).
    paymentId: uuid('payment_id').notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    failureCode: text('failure_code'),
    // The facts in one canonical form: two messages of one id that differ here contradict each other.
    fingerprint: text('fingerprint').notNull(),
    rawBody: bytea('raw_body'),
    outcome: text('outcome').$type<EventOutcome>().notNull(),
    effect: text('effect').$type<EventEffect>(),
    attempts: integer('attempts').notNull(),
    // Defaults, so that a message can be stored before the transaction's clock has been read.
    dueAt: timestamptz('due_at').defaultNow(),
    receivedAt: timestamptz('received_at').notNull().defaultNow(),
    decidedAt: timestamptz('decided_at'),
  },
  (t) => [
    oneOf('gateway_events_type_known', t.type, gatewayEventTypes),
    oneOf('gateway_events_outcome_known', t.outcome, eventOutcomes),
    oneOf('gateway_events_effect_known', t.effect, eventEffects),
    check('gateway_events_provider_event_id_length', sql`length(${t.providerEventId}) between 1 and 300`),
    check('gateway_events_waits_iff_due', sql`(${t.outcome} in ('RECEIVED', 'UNMATCHED')) = (${t.dueAt} is not null)`),
    check('gateway_events_decided_iff_final', sql`(${t.outcome} in ('RECEIVED', 'UNMATCHED')) = (${t.decidedAt} is null)`),
    check('gateway_events_applied_says_what', sql`${t.outcome} <> 'APPLIED' or ${t.effect} is not null`),
    check('gateway_events_attempts_range', sql`${t.attempts} >= 0`),
    // The first message of an id is the one that counts; those that contradict it lie beside it, once each.
    uniqueIndex('gateway_events_first').on(t.provider, t.providerEventId).where(sql`${t.outcome} <> 'CONFLICT'`),
    uniqueIndex('gateway_events_conflict').on(t.provider, t.providerEventId, t.fingerprint).where(sql`${t.outcome} = 'CONFLICT'`),
    index('gateway_events_payment').on(t.paymentId),
    index('gateway_events_due').on(t.dueAt).where(sql`${t.dueAt} is not null`),
  ],
);

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
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'refunds_payment', columns: [t.paymentId], foreignColumns: [payments.id] }),
    foreignKey({ name: 'refunds_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    oneOf('refunds_kind_known', t.kind, refundKinds),
    oneOf('refunds_status_known', t.status, refundStatuses),
    oneOf('refunds_reason_known', t.reason, refundReasons),
    check('refunds_amount_positive', sql`${t.amount} > 0`),
    check('refunds_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    // An authorization is let go of once.
    uniqueIndex('refunds_one_void').on(t.paymentId).where(sql`${t.kind} = 'VOID' and ${t.status} <> 'FAILED'`),
    index('refunds_order_id').on(t.orderId, t.id),
    index('refunds_open').on(t.id).where(sql`${t.status} in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')`),
  ],
);
