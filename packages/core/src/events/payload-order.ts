import { z } from 'zod';
import { eventPayloads, type EventType } from './payloads.ts';

/** The keys of an object in their order. The value is the order of the keys below a key, if there are any. */
type KeyOrder = ReadonlyMap<string, KeyOrder | undefined>;

const orders = new Map<string, KeyOrder | undefined>();

/**
 * Returns a stored payload with its keys in the order of its schema, so that an event has the same bytes wherever and
 * whenever it is written. A jsonb column sorts keys by length. Keys that this version doesn't know stand at the end.
 */
export function inSchemaOrder(type: EventType, payload: Record<string, unknown>): Record<string, unknown> {
  if (!orders.has(type)) orders.set(type, keyOrderOf(eventPayloads[type]));
  const order = orders.get(type);
  return order ? sortKeys(payload, order) : payload;
}

function keyOrderOf(schema: unknown): KeyOrder | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keyOrderOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return keyOrderOf(schema.element);
  if (!(schema instanceof z.ZodObject)) return undefined;
  return new Map(Object.entries(schema.shape).map(([key, inner]) => [key, keyOrderOf(inner)]));
}

// Called for each object of each event that is sent, so it makes no copies on the way.
function sortKeys(value: Readonly<Record<string, unknown>>, order: KeyOrder): Record<string, unknown> {
  const sorted: Record<string, unknown> = {};
  let known = 0;
  for (const [key, inner] of order) {
    if (!Object.hasOwn(value, key)) continue;
    sorted[key] = sortInner(value[key], inner);
    known += 1;
  }
  const keys = Object.keys(value);
  if (known === keys.length) return sorted;
  const unknown = keys.filter((key) => !order.has(key)).map((key) => [key, value[key]] as const);
  return { ...sorted, ...Object.fromEntries(unknown) };
}

function sortInner(value: unknown, order: KeyOrder | undefined): unknown {
  if (!order || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? value.map((item: unknown) => sortInner(item, order))
    : sortKeys(value as Record<string, unknown>, order);
}
