import { cloudEvent, type CloudEvent } from './cloud-event.ts';
import type { PositionedEvent } from './feed-repository.ts';
import { actorOf, type Actor } from './actor.ts';
import type { AggregateType } from './event.ts';
import type { EventPayloads, EventType } from './payloads.ts';
import { positionText } from './position.ts';

/**
 * An event as callers receive it. `version` counts the events of its order or product from 1; `position` is its place
 * among all events, as text; `actor` is who made the change, null where it isn't known; `data` is the payload of its
 * type.
 */
export type EventView = {
  [T in EventType]: {
    id: string;
    type: T;
    aggregateType: AggregateType;
    aggregateId: string;
    version: number;
    position: string;
    time: Date;
    actor: Actor | null;
    data: EventPayloads[T];
  };
}[EventType];

export function eventView({ id, type, aggregatetype, aggregateid, version, ...event }: PositionedEvent): EventView {
  return {
    id,
    type,
    aggregateType: aggregatetype,
    aggregateId: aggregateid,
    version,
    position: positionText({ epoch: event.epoch, number: event.position }),
    time: event.createdAt,
    actor: actorOf({ type, actor: event.actor }),
    // The payload was checked when the event was recorded.
    data: event.payload,
  } as EventView;
}

/** An event of the log as subscribers receive it. `source` is a URI reference that names the shop. */
export function cloudEventOf(event: PositionedEvent, source: string | undefined): CloudEvent {
  const { traceparent } = event;
  const view = eventView(event);
  return cloudEvent(traceparent === null ? view : { ...view, traceparent }, source);
}
