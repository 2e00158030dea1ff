import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orders } from '../order/tables.ts';
import { gatewayCallKinds, gatewayCallStatuses, type GatewayCallKind, type GatewayCallStatus } from './gateway-call.ts';
import { refunds } from '../refund/tables.ts';
import { payments } from '../payment/tables.ts';

/** The outbox to the gateways: calls that a transaction decided on and that are made after it. */
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
    traceparent: text('traceparent'),
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
    // Each refund is sent by one call. A payment has at most one open call of each other kind.
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

/** How far each gateway's own list of events has been read, for the gateways that have such a list. */
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
