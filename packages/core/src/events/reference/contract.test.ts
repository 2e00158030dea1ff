import { expect, test } from 'vitest';
import { first } from '../../testing/only.ts';
import { contractBreaks, howToVersion } from './contract.ts';
import { payloadSchema, type JsonSchema } from './json-schema.ts';

/** A schema whose every part a test may change. */
const committed = () =>
  payloadSchema('refund.requested', {}) as JsonSchema & { properties: Record<string, JsonSchema> };

/** Changes a copy of the schema, and returns how the copy breaks it. */
function breaksOf(change: (schema: ReturnType<typeof committed>) => void): string[] {
  const changed = committed();
  change(changed);
  return contractBreaks(committed(), changed);
}

test.each<[string, (schema: ReturnType<typeof committed>) => void]>([
  ['nothing changed', () => {}],
  [
    'a description',
    (schema) => (schema.properties['amount'] = { ...schema.properties['amount'], description: 'New.' }),
  ],
  ['an example', (schema) => (schema.examples = [{}])],
  ['a new optional field', (schema) => (schema.properties['note'] = { type: 'string' })],
  ['a new value of a list', (schema) => schema.properties['kind']?.enum?.push('CREDIT')],
])('%s breaks nothing', (_, change) => {
  expect(breaksOf(change)).toEqual([]);
});

test.each<[string, (schema: ReturnType<typeof committed>) => void]>([
  ['amount: is no longer there', ({ properties }) => delete properties['amount']],
  [
    'note: is required',
    (schema) => {
      schema.properties['note'] = { type: 'string' };
      schema.required?.push('note');
    },
  ],
  ['lines: is required', ({ required }) => required?.push('lines')],
  [
    'amount: can be missing',
    (schema) => (schema.required = schema.required?.filter((name) => name !== 'amount') ?? []),
  ],
  ['amount: type was "integer" and is "string"', ({ properties }) => (properties['amount'] = { type: 'string' })],
  ['amount: maximum', ({ properties }) => (properties['amount'] = { ...properties['amount'], maximum: 10 })],
  ['amount: minimum', ({ properties }) => (properties['amount'] = { ...properties['amount'], minimum: -1 })],
  ['currency: maxLength', ({ properties }) => (properties['currency'] = { ...properties['currency'], maxLength: 4 })],
  ['orderId: format', ({ properties }) => (properties['orderId'] = { type: 'string' })],
  ['kind: the value "VOID" is no longer there', ({ properties }) => properties['kind']?.enum?.shift()],
  ['kind: the list of values appeared or went', ({ properties }) => (properties['kind'] = { type: 'string' })],
  [
    'lines[], quantity: minimum',
    ({ properties }) => delete properties['lines']?.items?.properties?.['quantity']?.minimum,
  ],
  ['lines: a part of the type appeared or went', ({ properties }) => (properties['lines'] = { type: 'array' })],
  ['the payload: $id', (schema) => (schema.$id = 'urn:other')],
  ['the payload: additionalProperties', (schema) => Object.assign(schema, { additionalProperties: false })],
  [
    'the payload: the fields changed their order',
    (schema) => (schema.properties = Object.fromEntries(Object.entries(schema.properties).toReversed())),
  ],
])('a change is refused: %s', (found, change) => {
  const breaks = breaksOf(change);
  expect(breaks[0]).toContain(found);
  // A field of another type also loses its bounds; no other field is named.
  const place = first(found.split(':'));
  expect(breaks.filter((each) => !each.includes(place))).toEqual([]);
});

test('the parts of a type with several are compared', () => {
  const nullable: JsonSchema = { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] };
  expect(contractBreaks(nullable, { anyOf: [{ type: 'string' }, { type: 'null' }] }, 'productId')).toEqual([
    'productId[]: format was "uuid" and is nothing',
  ]);
  expect(contractBreaks(nullable, { anyOf: [{ type: 'null' }] }, 'productId')).not.toEqual([]);
});

test('the error names the file, each break and the recipe', () => {
  expect(howToVersion('order.paid', ['one', 'two'])).toMatchInlineSnapshot(`
    "The payload of order.paid breaks its contract, packages/core/schemas/order.paid.json:
      one
      two
    Stored events and subscribers have the committed schema. A payload may only gain an optional field, or a value in a list of values. Leave this type as it was and record the new payload under a new type: see "An event" in CONTRIBUTING.md."
  `);
});
