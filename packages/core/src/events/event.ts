import { newId } from '../ids.ts';
import type { EventType } from './payloads.ts';

export const aggregateTypes = ['order', 'product', 'endpoint'] as const;
export type AggregateType = (typeof aggregateTypes)[number];

/** One row of the append-only log. `version` counts the events of its aggregate from 1. */
export type Event = {
  id: string;
  aggregatetype: AggregateType;
  aggregateid: string;
  version: number;
  type: EventType;
  /** As `eventPayloads` has it for this type. */
  payload: Record<string, unknown>;
  createdAt: Date;
  /** W3C trace context of the call that recorded the event; null where it isn't known. */
  traceparent: string | null;
};

/** An event that is about to be recorded. */
export type NewEvent = Omit<Event, 'id' | 'createdAt' | 'traceparent'>;

/** What an event takes from its transaction. */
export type EventSource = { now: Date; traceparent: string | null };

/** Gives an event its id. Ids made later in one process sort later, so the events of a transaction keep their order. */
export function newEvent(event: NewEvent, { now, traceparent }: EventSource): Event {
  return { id: newId(), ...event, createdAt: now, traceparent };
}
