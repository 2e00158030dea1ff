import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, inList, oneOf, timestamptz } from '../database/schema.ts';
import { orderLines, orders } from '../order/tables.ts';
import {
  eventEffects,
  eventOutcomes,
  eventSources,
  gatewayEventTypes,
  type EventEffect,
  type EventOutcome,
  type EventSource,
  type GatewayEventType,
} from './gateway-event.ts';
import { disputeStatuses, type DisputeStatus } from './dispute.ts';
import { gatewayCallKinds, gatewayCallStatuses, type GatewayCallKind, type GatewayCallStatus } from './gateway-call.ts';
import {
  captureModes,
  liveStatuses,
  paymentStatuses,
  settledStatuses,
  type CaptureMode,
  type PaymentStatus,
} from './payment.ts';
import {
  refundKinds,
  refundReasons,
  refundStatuses,
  type RefundKind,
  type RefundReason,
  type RefundStatus,
} from './refund.ts';

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
    surplus: boolean('surplus').notNull(),
    failureCode: text('failure_code'),
    reportedAmount: bigint('reported_amount', { mode: 'number' }),
    reportedCurrency: text('reported_currency'),
    reportedCaptured: boolean('reported_captured').notNull().default(false),
    askedAt: timestamptz('asked_at'),
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
    // No money leaves that didn't come, none comes that wasn't asked for.
    check(
      'payments_amounts_ordered',
      sql`0 <= ${t.refundedAmount} and 0 <= ${t.refundReservedAmount} and ${t.refundedAmount} + ${t.refundReservedAmount} <= ${t.capturedAmount} and ${t.capturedAmount} <= ${t.authorizedAmount} and ${t.authorizedAmount} <= ${t.amount}`,
    ),
    check(
      'payments_authorized_in_full',
      sql`${t.status} not in ('AUTHORIZED', 'CAPTURED') or ${t.authorizedAmount} = ${t.amount}`,
    ),
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
      .where(sql`${inList(t.status, settledStatuses)} and not ${t.surplus}`),
    index('payments_order_id').on(t.orderId, t.id),
    uniqueIndex('payments_gateway_payment_id')
      .on(t.provider, t.gatewayPaymentId)
      .where(sql`${t.gatewayPaymentId} is not null`),
    // Those that wait for the gateway's word: asked for after a while.
    // Those that may be paid although they were canceled: asked for, too, while they are young.
    index('payments_lingering')
      .on(t.createdAt)
      .where(sql`${t.status} = 'CANCELED' and ${t.authorizedAmount} = 0 and not ${t.surplus}`),
    index('payments_live_asked')
      .on(sql`coalesce(${t.askedAt}, ${t.createdAt})`)
      .where(inList(t.status, liveStatuses)),
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
    source: text('source').$type<EventSource>().notNull().default('WEBHOOK'),
    // No foreign key: an event may name a payment that we don't know (yet), or only the gateway's own id, or neither.
    paymentId: uuid('payment_id'),
    gatewayPaymentId: text('gateway_payment_id'),
    refundId: uuid('refund_id'),
    gatewayObjectId: text('gateway_object_id'),
    payableUntil: timestamptz('payable_until'),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    failureCode: text('failure_code'),
    // The facts in one canonical form: two messages of one id that differ here contradict each other.
    fingerprint: text('fingerprint').notNull(),
    rawBody: bytea('raw_body'),
    outcome: text('outcome').$type<EventOutcome>().notNull(),
    effect: text('effect').$type<EventEffect>(),
    attempts: integer('attempts').notNull(),
    // Defaults: a message that is stored before it is decided is due at once.
    dueAt: timestamptz('due_at').defaultNow(),
    receivedAt: timestamptz('received_at').notNull().defaultNow(),
    decidedAt: timestamptz('decided_at'),
  },
  (t) => [
    oneOf('gateway_events_source_known', t.source, eventSources),
    oneOf('gateway_events_type_known', t.type, gatewayEventTypes),
    oneOf('gateway_events_outcome_known', t.outcome, eventOutcomes),
    oneOf('gateway_events_effect_known', t.effect, eventEffects),
    check('gateway_events_provider_event_id_length', sql`length(${t.providerEventId}) between 1 and 300`),
    check('gateway_events_waits_iff_due', sql`(${t.outcome} in ('RECEIVED', 'UNMATCHED')) = (${t.dueAt} is not null)`),
    check(
      'gateway_events_decided_iff_final',
      sql`(${t.outcome} in ('RECEIVED', 'UNMATCHED')) = (${t.decidedAt} is null)`,
    ),
    check('gateway_events_applied_says_what', sql`${t.outcome} <> 'APPLIED' or ${t.effect} is not null`),
    check('gateway_events_attempts_range', sql`${t.attempts} >= 0`),
    // The first message of an id is the one that counts; those that contradict it lie beside it, once each.
    uniqueIndex('gateway_events_first')
      .on(t.provider, t.providerEventId)
      .where(sql`${t.outcome} <> 'CONFLICT'`),
    uniqueIndex('gateway_events_conflict')
      .on(t.provider, t.providerEventId, t.fingerprint)
      .where(sql`${t.outcome} = 'CONFLICT'`),
    index('gateway_events_payment').on(t.paymentId),
    index('gateway_events_due')
      .on(t.dueAt)
      .where(sql`${t.dueAt} is not null`),
    // What operators look for, and metrics count.
    index('gateway_events_parked')
      .on(t.id)
      .where(sql`${t.outcome} = 'PARKED'`),
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
    gatewayRefundId: text('gateway_refund_id'),
    failureCode: text('failure_code'),
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
    uniqueIndex('refunds_one_void')
      .on(t.paymentId)
      .where(sql`${t.kind} = 'VOID' and ${t.status} <> 'FAILED'`),
    check('refunds_failed_says_why', sql`${t.status} <> 'FAILED' or ${t.failureCode} is not null`),
    // A refund of the gateway's is counted once, whoever made it.
    uniqueIndex('refunds_gateway_refund_id')
      .on(t.paymentId, t.gatewayRefundId)
      .where(sql`${t.gatewayRefundId} is not null`),
    index('refunds_order_id').on(t.orderId, t.id),
    index('refunds_open')
      .on(t.id)
      .where(sql`${t.status} in ('REQUESTED', 'SUBMITTED', 'UNKNOWN')`),
  ],
);

/** What of an order a refund is for, where it was asked for by lines. */
export const refundLines = commerceSchema.table(
  'refund_lines',
  {
    refundId: uuid('refund_id').notNull(),
    orderId: uuid('order_id').notNull(),
    lineNo: smallint('line_no').notNull(),
    quantity: integer('quantity').notNull(),
    restock: boolean('restock').notNull(),
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
    index('refund_lines_order').on(t.orderId, t.lineNo),
  ],
);

/** The outbox to the gateways: calls that were decided in a transaction and are made after it. */
export const gatewayCalls = commerceSchema.table(
  'gateway_calls',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<GatewayCallKind>().notNull(),
    provider: text('provider').notNull(),
    paymentId: uuid('payment_id').notNull(),
    orderId: uuid('order_id').notNull(),
    refundId: uuid('refund_id'),
    amount: bigint('amount', { mode: 'number' }),
    status: text('status').$type<GatewayCallStatus>().notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: timestamptz('due_at'),
    failureCode: text('failure_code'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'gateway_calls_payment', columns: [t.paymentId], foreignColumns: [payments.id] }),
    foreignKey({ name: 'gateway_calls_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    foreignKey({ name: 'gateway_calls_refund', columns: [t.refundId], foreignColumns: [refunds.id] }),
    oneOf('gateway_calls_kind_known', t.kind, gatewayCallKinds),
    oneOf('gateway_calls_status_known', t.status, gatewayCallStatuses),
    check('gateway_calls_due_iff_open', sql`(${t.status} = 'DUE') = (${t.dueAt} is not null)`),
    check('gateway_calls_refund_when_refund', sql`(${t.kind} = 'REFUND') = (${t.refundId} is not null)`),
    check('gateway_calls_amount_when_capture', sql`(${t.kind} = 'CAPTURE') = (${t.amount} is not null)`),
    check('gateway_calls_amount_positive', sql`${t.amount} > 0`),
    check('gateway_calls_attempts_range', sql`${t.attempts} >= 0`),
    // Money is captured once and each refund sent by one call; a payment is asked about, or ended, by one call at a time.
    uniqueIndex('gateway_calls_one_refund').on(t.refundId),
    uniqueIndex('gateway_calls_one_open')
      .on(t.paymentId, t.kind)
      .where(sql`${t.status} = 'DUE' and ${t.kind} <> 'REFUND'`),
    index('gateway_calls_due')
      .on(t.dueAt)
      .where(sql`${t.status} = 'DUE'`),
    index('gateway_calls_payment_id').on(t.paymentId, t.id),
  ],
);

/** How far each gateway's own list of events has been gone through, for those that can list them. */
export const gatewayListings = commerceSchema.table(
  'gateway_listings',
  {
    provider: text('provider').primaryKey(),
    listedUntil: timestamptz('listed_until').notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: timestamptz('due_at').notNull(),
  },
  (t) => [check('gateway_listings_attempts_range', sql`${t.attempts} >= 0`)],
);

export const disputes = commerceSchema.table(
  'disputes',
  {
    id: uuid('id').primaryKey(),
    paymentId: uuid('payment_id').notNull(),
    orderId: uuid('order_id').notNull(),
    gatewayDisputeId: text('gateway_dispute_id').notNull(),
    status: text('status').$type<DisputeStatus>().notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'disputes_payment', columns: [t.paymentId], foreignColumns: [payments.id] }),
    foreignKey({ name: 'disputes_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    oneOf('disputes_status_known', t.status, disputeStatuses),
    check('disputes_amount_range', sql`${t.amount} >= 0`),
    check('disputes_currency_code', sql`${t.currency} ~ '^[A-Z]{3}$'`),
    uniqueIndex('disputes_gateway_dispute_id').on(t.paymentId, t.gatewayDisputeId),
    index('disputes_order_id').on(t.orderId, t.id),
  ],
);
