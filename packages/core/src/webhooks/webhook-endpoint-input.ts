import { z } from 'zod';
import { aggregateTypes } from '../events/event.ts';
import { eventTypes } from '../events/event-input.ts';
import { parsePosition } from '../events/position.ts';
import { id } from '../ids.ts';
import { listOf, pageInput } from '../list-input.ts';
import { line } from '../text.ts';
import { attemptStatuses } from './delivery.ts';
import { inFlightMaxDefault, webhookEndpointStatuses } from './webhook-endpoint.ts';

// A text, because procedures and methods read an input one after the other.
const position = z
  .string()
  .max(30)
  .refine((text) => parsePosition(text) !== undefined, 'must be a position like 1.42, or 0');

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const settings = {
  url: z.string().min(1).max(2_000),
  description: line(300).nullable().optional(),
  /** Types of events, or null for all. */
  types: listOf(z.enum(eventTypes), 100).transform(unique).nullable().optional(),
  aggregateTypes: listOf(z.enum(aggregateTypes), 10).transform(unique).nullable().optional(),
  batchMax: z.int().min(1).max(1_000),
  inFlightMax: z.int().min(1).max(100),
};

export const createWebhookEndpointInput = z.strictObject({
  ...settings,
  batchMax: settings.batchMax.default(1),
  inFlightMax: settings.inFlightMax.default(inFlightMaxDefault),
  /** Whether a second signature, `v1a`, is made with ed25519. */
  ed25519: z.boolean().default(false),
  startAt: z.union([z.literal('now'), position]).default('now'),
});

export const webhookEndpointIdInput = z.strictObject({ endpointId: id });

export const updateWebhookEndpointInput = z.strictObject({
  endpointId: id,
  url: settings.url.optional(),
  description: settings.description,
  types: settings.types,
  aggregateTypes: settings.aggregateTypes,
  batchMax: settings.batchMax.optional(),
  inFlightMax: settings.inFlightMax.optional(),
});

export const listWebhookEndpointsInput = z.strictObject({
  ...pageInput,
  status: z.enum(webhookEndpointStatuses).optional(),
});

/** The events after a position, or from a time on, are delivered again. */
export const rewindWebhookEndpointInput = z.strictObject({
  endpointId: id,
  to: z.union([
    position,
    z.iso.datetime({ offset: true, error: 'must be a position, or a time like 2026-11-28T09:00:00Z' }),
  ]),
});

export const listDeliveriesInput = z.strictObject({
  ...pageInput,
  endpointId: id,
  status: z.enum(attemptStatuses).optional(),
  eventId: id.optional(),
});

/**
 * Which events are delivered again: one, those of a range (`to` included), all PARKED ones, or those PARKED since a
 * time.
 */
export const redriveDeliveriesInput = z.union([
  z.strictObject({ endpointId: id, eventId: id }),
  z.strictObject({ endpointId: id, from: position, to: position }),
  z.strictObject({ endpointId: id, parked: z.literal(true), since: z.iso.datetime({ offset: true }).optional() }),
]);
