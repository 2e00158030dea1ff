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

/** The inbox: one row for each gateway event, applied or not. */
export const gatewayEvents = commerceSchema.table(
  'gateway_events',
  {
    id: uuid('id').primaryKey(),
    provider: text('provider').notNull(),
    providerEventId: text('provider_event_id').notNull(),
    type: text('type').$type<GatewayEventType>().notNull(),
    source: text('source').$type<EventSource>().notNull().default('WEBHOOK'),
    // No foreign key: an event may name a payment that isn't known (yet), or only the gateway's own id, or neither.
    paymentId: uuid('payment_id'),
    gatewayPaymentId: text('gateway_payment_id'),
    refundId: uuid('refund_id'),
    gatewayObjectId: text('gateway_object_id'),
    payableUntil: timestamptz('payable_until'),
    amount: bigint('amount', { mode: 'number' }).notNull(),
    currency: text('currency').notNull(),
    failureCode: text('failure_code'),
    // The facts in one canonical form: two events with one id that differ here contradict each other.
    fingerprint: text('fingerprint').notNull(),
    rawBody: bytea('raw_body'),
    outcome: text('outcome').$type<EventOutcome>().notNull(),
    effect: text('effect').$type<EventEffect>(),
    attempts: integer('attempts').notNull(),
    // An event that is stored before it is applied is due at once.
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
    // The first event of an id counts. Events that contradict it are stored as well, each content once.
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
    // The events that operators look for and metrics count.
    index('gateway_events_parked')
      .on(t.id)
      .where(sql`${t.outcome} = 'PARKED'`),
  ],
);

/**
 * Events whose raw bodies were not over when retention passed them, because they were decided long after they came.
 * Few. No foreign key: its trigger would run for every change of the inbox, where no row is ever deleted.
 */
export const lateGatewayEventBodies = commerceSchema.table(
  'late_gateway_event_bodies',
  {
    gatewayEventId: uuid('gateway_event_id').primaryKey(),
    // The body's time counts from here or later.
    since: timestamptz('since').notNull(),
  },
  (t) => [index('late_gateway_event_bodies_since').on(t.since)],
);
