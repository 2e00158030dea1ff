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
};

/** An event that is about to be recorded. */
export type NewEvent = Omit<Event, 'id' | 'createdAt'>;

/** Gives an event its id. Ids made later in one process sort later, so the events of a transaction keep their order. */
export function newEvent(event: NewEvent, now: Date): Event {
  return { id: newId(), ...event, createdAt: now };
}
