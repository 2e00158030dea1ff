import type { PositionedEvent } from '../../events/feed-repository.ts';
import { newId } from '../../ids.ts';
import type { Attempt, Delivery } from '../../webhooks/delivery.ts';
import type { WebhookAnswer } from '../../webhooks/sender.ts';
import type { SomeEvents } from './webhook-message.ts';

/** The log of one request. */
export function newAttempt(
  endpointId: string,
  events: SomeEvents,
  facts: Pick<Attempt, 'attempt' | 'status' | 'nextAttemptAt' | 'createdAt'>,
  { statusCode, failure, durationMs, answer }: WebhookAnswer,
): Attempt {
  const [{ position, id: eventId, type, aggregateid: aggregateId, version }] = events;
  const event = { position, eventId, type, aggregateId, version, events: events.length };
  return { id: newId(), endpointId, ...event, ...facts, statusCode, failure, durationMs, answer };
}

/**
 * The row of an event whose delivery failed, or which follows one that did. It holds the later ones of its aggregate.
 */
export function newRow(
  endpointId: string,
  { position, id: eventId, aggregateid: aggregateId, version, type }: PositionedEvent,
  { attempts, dueAt, now }: { attempts: number; dueAt: Date; now: Date },
): Delivery {
  return {
    endpointId,
    position,
    eventId,
    aggregateId,
    version,
    type,
    status: 'RETRYING',
    holds: true,
    announced: false,
    attempts,
    dueAt,
    createdAt: now,
    updatedAt: now,
  };
}
