import type { AggregateType } from './event.ts';
import { inSchemaOrder } from './payload-order.ts';
import type { EventType } from './payloads.ts';

/** Content type of one event, and of a JSON list of events. */
export const cloudEventType = 'application/cloudevents+json';
export const cloudEventBatchType = 'application/cloudevents-batch+json';

/** The `source` of events, unless the shop has one of its own. With `id` it names an event in the whole world. */
export const defaultEventSource = '/commerce-core';

/** An event of the log with its position in the feed. */
export type NumberedEvent = {
  id: string;
  type: EventType;
  aggregateType: AggregateType;
  aggregateId: string;
  /** Counts the events of the aggregate from 1. */
  version: number;
  /** `epoch.number`, where the numbers of all events grow. */
  position: string;
  time: Date;
  data: Record<string, unknown>;
  /** W3C trace context of the call that recorded the event, where known. */
  traceparent?: string | undefined;
};

/** An event in the JSON format of CloudEvents 1.0, with the extensions `sequence`, `position` and `traceparent`. */
export type CloudEvent = {
  specversion: '1.0';
  id: string;
  source: string;
  type: EventType;
  /** The aggregate: `order/<id>` or `product/<id>`. */
  subject: string;
  /** RFC 3339, UTC. */
  time: string;
  datacontenttype: 'application/json';
  dataschema: string;
  /** The aggregate's version, 10 digits: the extension asks for text that sorts as the events do. */
  sequence: string;
  position: string;
  traceparent?: string;
  data: Record<string, unknown>;
};

/** The `dataschema` of a type, which is also the `$id` of its JSON Schema. */
export const schemaUri = (type: string): string => `urn:commerce-core:events:${type}`;

// A version is PostgreSQL's integer, at most 2,147,483,647.
const sequenceDigits = 10;

/**
 * Returns an event as a CloudEvent, whose keys are always in the same order: `JSON.stringify` of the same event returns
 * the same bytes in every process and on every try. `source` is a URI reference that names the shop.
 */
export function cloudEvent(event: NumberedEvent, source: string = defaultEventSource): CloudEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: `${event.aggregateType}/${event.aggregateId}`,
    time: event.time.toISOString(),
    datacontenttype: 'application/json',
    dataschema: schemaUri(event.type),
    sequence: String(event.version).padStart(sequenceDigits, '0'),
    position: event.position,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    data: inSchemaOrder(event.type, event.data),
  };
}
