import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
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
