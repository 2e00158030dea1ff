import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './json-schema.ts';

const annotations = new Set(['description', 'title', 'examples', '$schema']);
const structure = new Set(['properties', 'required', 'items', 'anyOf', 'enum']);

/**
 * Returns how a payload's schema breaks the committed one, or nothing. The log keeps events for ever, so the new schema
 * must hold for stored events; and subscribers were written against the old schema, so it must hold for new events. An
 * optional field may be added, and a value to a list of values. Everything else breaks one of the two.
 */
export function contractBreaks(committed: JsonSchema, current: JsonSchema, place = 'the payload'): string[] {
  return [
    ...keywordBreaks(committed, current, place),
    ...propertyBreaks(committed, current, place),
    ...enumBreaks(committed, current, place),
    ...innerBreaks(committed, current, place),
  ];
}

function keywordBreaks(committed: JsonSchema, current: JsonSchema, place: string): string[] {
  const before = new Map<string, unknown>(Object.entries(committed));
  const after = new Map<string, unknown>(Object.entries(current));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((keyword) => !annotations.has(keyword) && !structure.has(keyword))
    .filter((keyword) => !isDeepStrictEqual(before.get(keyword), after.get(keyword)))
    .map((keyword) => `${place}: ${keyword} was ${text(before.get(keyword))} and is ${text(after.get(keyword))}`);
}

function propertyBreaks(committed: JsonSchema, current: JsonSchema, place: string): string[] {
  const before = Object.entries(committed.properties ?? {});
  const after = new Map(Object.entries(current.properties ?? {}));
  const wasRequired = new Set(committed.required);
  const isRequired = new Set(current.required);
  const inner = before.flatMap(([name, schema]) => {
    const now = after.get(name);
    const field = `${place}, ${name}`;
    if (!now) return [`${field}: is no longer there`];
    if (wasRequired.has(name) && !isRequired.has(name)) return [`${field}: can be missing, which it never was`];
    return contractBreaks(schema, now, field);
  });
  const required = [...isRequired].filter((name) => !wasRequired.has(name));
  const known = before.map(([name]) => name).filter((name) => after.has(name));
  const order = [...after.keys()].filter((name) => known.includes(name));
  return [
    ...inner,
    ...required.map((name) => `${place}, ${name}: is required, and stored events need not have it`),
    ...(isDeepStrictEqual(known, order) ? [] : [`${place}: the fields changed their order, and with it the bytes`]),
  ];
}

function enumBreaks(committed: JsonSchema, current: JsonSchema, place: string): string[] {
  if (!committed.enum !== !current.enum) return [`${place}: the list of values appeared or went`];
  return (committed.enum ?? [])
    .filter((value) => !current.enum?.includes(value))
    .map((value) => `${place}: the value ${text(value)} is no longer there`);
}

function innerBreaks(committed: JsonSchema, current: JsonSchema, place: string): string[] {
  const before = [...(committed.anyOf ?? []), ...(committed.items ? [committed.items] : [])];
  const after = [...(current.anyOf ?? []), ...(current.items ? [current.items] : [])];
  if (before.length !== after.length) return [`${place}: a part of the type appeared or went`];
  return before.flatMap((schema, index) => contractBreaks(schema, after[index] ?? {}, `${place}[]`));
}

const text = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** The error of a test or a developer who changed the payload of a type in a way that breaks it. */
export const howToVersion = (type: string, breaks: readonly string[]): string =>
  `The payload of ${type} breaks its contract, packages/core/schemas/${type}.json:\n  ${breaks.join('\n  ')}\n` +
  'Stored events and subscribers have the committed schema. ' +
  'A payload may only gain an optional field, or a value in a list of values. ' +
  'Leave this type as it was and record the new payload under a new type: see "An event" in ' +
  'CONTRIBUTING.md.';
