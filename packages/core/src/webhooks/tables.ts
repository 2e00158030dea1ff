import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, oneOf, timestamptz } from '../database/schema.ts';
import { attemptStatuses, deliveryStatuses, type AttemptStatus, type DeliveryStatus } from './delivery.ts';
import {
  disabledReasons,
  reportedAfterMs,
  webhookEndpointStatuses,
  type DisabledReason,
  type WebhookEndpointStatus,
} from './webhook-endpoint.ts';

const position = (name: string) => bigint(name, { mode: 'number' });

/** Merchants' receivers of events. An endpoint is a cursor: every event up to `position` is done, or has a row. */
export const webhookEndpoints = commerceSchema.table(
  'webhook_endpoints',
  {
    id: uuid('id').primaryKey(),
    url: text('url').notNull(),
    description: text('description'),
    status: text('status').$type<WebhookEndpointStatus>().notNull(),
    disabledReason: text('disabled_reason').$type<DisabledReason>(),
    types: text('types').array(),
    aggregateTypes: text('aggregate_types').array(),
    batchMax: integer('batch_max').notNull(),
    inFlightMax: integer('in_flight_max').notNull(),
    // Encrypted, see secrets.ts.
    secrets: bytea('secrets').notNull(),
    previousSecretUntil: timestamptz('previous_secret_until'),
    position: position('position').notNull(),
    // The positions behind `position` that are done, too: one slow event keeps `position` where it is. They were
    // written by the worker with the fence `doneFence`, and hold for the next one: older versions don't write them.
    done: position('done')
      .array()
      .notNull()
      .default(sql`'{}'`),
    doneFence: integer('done_fence').notNull().default(0),
    // The end of the list that is on its way: a repeated request has the same events.
    batchUntil: position('batch_until'),
    // Too many aggregates wait for a failing event, so no further event is read.
    cursorWaits: boolean('cursor_waits').notNull(),
    // The receiver asked for a pause (Retry-After).
    notBefore: timestamptz('not_before'),
    inFlight: integer('in_flight').notNull(),
    // Counts the workers that had the endpoint, and the changes that end their work. Only the last one may write.
    fence: integer('fence').notNull(),
    leasedUntil: timestamptz('leased_until'),
    failingSince: timestamptz('failing_since'),
    // How many of the reports about a failing endpoint were made.
    failingLevel: integer('failing_level').notNull(),
    // The version of its last event.
    version: integer('version').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    index('webhook_endpoints_active')
      .on(t.leasedUntil.nullsFirst())
      .where(sql`${t.status} = 'ACTIVE'`),
    oneOf('webhook_endpoints_status_known', t.status, webhookEndpointStatuses),
    oneOf('webhook_endpoints_disabled_reason_known', t.disabledReason, disabledReasons),
    check('webhook_endpoints_reason_iff_disabled', sql`(${t.status} = 'DISABLED') = (${t.disabledReason} is not null)`),
    check('webhook_endpoints_url_length', sql`length(${t.url}) between 1 and 2000`),
    check('webhook_endpoints_batch_max_range', sql`${t.batchMax} between 1 and 1000`),
    check('webhook_endpoints_in_flight_range', sql`${t.inFlight} between 1 and ${t.inFlightMax}`),
    check('webhook_endpoints_position_range', sql`${t.position} >= 0 and ${t.batchUntil} > ${t.position}`),
    check('webhook_endpoints_fence_range', sql`${t.fence} >= 0`),
    check('webhook_endpoints_version_range', sql`${t.version} >= 0`),
    check(
      'webhook_endpoints_level_while_failing',
      sql`${t.failingLevel} between 0 and ${sql.raw(String(reportedAfterMs.length))} and (${t.failingLevel} = 0 or ${t.failingSince} is not null)`,
    ),
  ],
);

/** Events whose delivery to an endpoint failed. The later events of an aggregate wait for the one that `holds` them. */
export const webhookDeliveries = commerceSchema.table(
  'webhook_deliveries',
  {
    endpointId: uuid('endpoint_id').notNull(),
    position: position('position').notNull(),
    eventId: uuid('event_id').notNull(),
    aggregateId: uuid('aggregateid').notNull(),
    version: integer('version').notNull(),
    type: text('type').notNull(),
    status: text('status').$type<DeliveryStatus>().notNull(),
    holds: boolean('holds').notNull(),
    announced: boolean('announced').notNull(),
    attempts: integer('attempts').notNull(),
    dueAt: timestamptz('due_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'webhook_deliveries_pkey', columns: [t.endpointId, t.position] }),
    foreignKey({
      name: 'webhook_deliveries_endpoint',
      columns: [t.endpointId],
      foreignColumns: [webhookEndpoints.id],
    }).onDelete('cascade'),
    oneOf('webhook_deliveries_status_known', t.status, deliveryStatuses),
    check('webhook_deliveries_due_iff_retrying', sql`(${t.status} = 'RETRYING') = (${t.dueAt} is not null)`),
    check('webhook_deliveries_parked_holds_none', sql`${t.status} = 'RETRYING' or not ${t.holds}`),
    check('webhook_deliveries_attempts_range', sql`${t.attempts} >= 0`),
    uniqueIndex('webhook_deliveries_one_holds')
      .on(t.endpointId, t.aggregateId)
      .where(sql`${t.holds}`),
    index('webhook_deliveries_due')
      .on(t.endpointId, t.dueAt)
      .where(sql`${t.status} = 'RETRYING'`),
    index('webhook_deliveries_gaps')
      .on(t.endpointId, t.position)
      .where(sql`${t.status} = 'PARKED'`),
    // For retention, which removes the oldest ones.
    index('webhook_deliveries_parked')
      .on(t.updatedAt)
      .where(sql`${t.status} = 'PARKED'`),
  ],
);

/**
 * Every attempt of a delivery, for two weeks or as retention says. The migration makes the table partitioned by its id,
 * whose first 48 bits are the time: a day is a range of ids, and a partition.
 */
export const webhookAttempts = commerceSchema.table(
  'webhook_attempts',
  {
    id: uuid('id').primaryKey(),
    endpointId: uuid('endpoint_id').notNull(),
    position: position('position').notNull(),
    eventId: uuid('event_id').notNull(),
    type: text('type').notNull(),
    aggregateId: uuid('aggregateid').notNull(),
    version: integer('version').notNull(),
    events: integer('events').notNull(),
    attempt: integer('attempt').notNull(),
    status: text('status').$type<AttemptStatus>().notNull(),
    statusCode: integer('status_code'),
    failure: text('failure'),
    durationMs: integer('duration_ms').notNull(),
    answer: text('answer').notNull(),
    nextAttemptAt: timestamptz('next_attempt_at'),
    createdAt: timestamptz('created_at').notNull(),
  },
  (t) => [
    oneOf('webhook_attempts_status_known', t.status, attemptStatuses),
    // There is no next attempt at an endpoint that is disabled by this one.
    check('webhook_attempts_next_if_failed', sql`${t.status} = 'FAILED' or ${t.nextAttemptAt} is null`),
    index('webhook_attempts_of_endpoint').on(t.endpointId, t.id),
  ],
);
