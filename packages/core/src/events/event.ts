import { newId } from '../ids.ts';
import { currentActor, storedActor, type Actor } from './actor.ts';
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
  /** Who made the change; null where the event's type says it, or it isn't known. */
  actor: Actor | null;
};

/** An event that is about to be recorded. */
export type NewEvent = Omit<Event, 'id' | 'createdAt' | 'traceparent' | 'actor'>;

/** What an event takes from its transaction. The actor defaults to the one for whom the code runs. */
export type EventSource = { now: Date; traceparent: string | null; actor?: Actor | undefined };

/** Gives an event its id. Ids made later in one process sort later, so the events of a transaction keep their order. */
export function newEvent(event: NewEvent, { now, traceparent, actor }: EventSource): Event {
  return {
    id: newId(),
    ...event,
    createdAt: now,
    traceparent,
    actor: storedActor(event.type, actor ?? currentActor()),
  };
}
