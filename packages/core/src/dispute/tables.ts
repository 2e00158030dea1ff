import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orders } from '../order/tables.ts';
import { disputeStatuses, type DisputeStatus } from './dispute.ts';
import { payments } from '../payment/tables.ts';

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
