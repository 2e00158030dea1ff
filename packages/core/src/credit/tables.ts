import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, jsonb, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { orders } from '../order/tables.ts';
import { payments } from '../payment/tables.ts';
import { returns } from '../returns/tables.ts';
import { creditStatuses, type Credit, type CreditLine, type CreditStatus } from './credit.ts';

/** What a return pays of another order. */
export const returnCredits = commerceSchema.table(
  'return_credits',
  {
    orderId: uuid('order_id').primaryKey(),
    returnId: uuid('return_id').notNull(),
    returnOrderId: uuid('return_order_id').notNull(),
    status: text('status').$type<CreditStatus>().notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    lines: jsonb('lines').$type<CreditLine[]>().notNull(),
    fees: jsonb('fees').$type<NonNullable<Credit['fees']>>(),
    dueAt: timestamptz('due_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ name: 'return_credits_order', columns: [t.orderId], foreignColumns: [orders.id] }),
    foreignKey({
      name: 'return_credits_return',
      columns: [t.returnId, t.returnOrderId],
      foreignColumns: [returns.id, returns.orderId],
    }),
    oneOf('return_credits_status_known', t.status, creditStatuses),
    check('return_credits_amount_positive', sql`${t.amount} > 0`),
    check('return_credits_pays_another_order', sql`${t.orderId} <> ${t.returnOrderId}`),
    index('return_credits_return_id').on(t.returnId, t.orderId),
    index('return_credits_due')
      .on(t.dueAt)
      .where(sql`${t.dueAt} is not null`),
  ],
);

/** The payments whose money a credit is. */
export const creditParts = commerceSchema.table(
  'return_credit_parts',
  {
    orderId: uuid('order_id').notNull(),
    paymentId: uuid('payment_id').notNull(),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    passedOnAmount: bigint('passed_on_amount', { mode: 'number' }).notNull(),
    returnedAmount: bigint('returned_amount', { mode: 'number' }).notNull(),
    settledAmount: bigint('settled_amount', { mode: 'number' }).notNull(),
  },
  (t) => [
    primaryKey({ name: 'return_credit_parts_pkey', columns: [t.orderId, t.paymentId] }),
    foreignKey({ name: 'return_credit_parts_credit', columns: [t.orderId], foreignColumns: [returnCredits.orderId] }),
    foreignKey({ name: 'return_credit_parts_payment', columns: [t.paymentId], foreignColumns: [payments.id] }),
    // No money is used twice: what went on or back isn't used by the order any more.
    check(
      'return_credit_parts_within_amount',
      sql`${t.amount} > 0 and ${t.passedOnAmount} >= 0 and ${t.passedOnAmount} + ${t.returnedAmount} <= ${t.amount} and ${t.settledAmount} between 0 and ${t.returnedAmount}`,
    ),
    index('return_credit_parts_payment_id').on(t.paymentId),
  ],
);
