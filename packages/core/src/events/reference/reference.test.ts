import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { readNumberedEvents } from '../../testing/rows/numbered-events.ts';
import { present } from '../../testing/only.ts';
import { createPopulatedShop } from '../../testing/populated/shop.ts';
import { cloudEvent, schemaUri, type NumberedEvent } from '../cloud-event.ts';
import { eventPayloads, type EventType } from '../payloads.ts';
import { contractBreaks, howToVersion } from './contract.ts';
import { exampleOf, writtenExamples } from './examples.ts';
import { payloadSchema, schemaText, type JsonSchema } from './json-schema.ts';
import { freeTexts, referencePage } from './page.ts';

// `pnpm vitest run src/events/reference -u` in packages/core writes the schemas and the page.

const folder = join(import.meta.dirname, '../../../schemas');
const page = join(import.meta.dirname, '../../../../../docs/reference/events.md');
// Object.keys returns strings, though the table has no other keys.
const types = Object.keys(eventPayloads) as EventType[];

let events: NumberedEvent[];
beforeAll(async () => {
  const shop = await createPopulatedShop();
  try {
    events = await readNumberedEvents(shop.database);
  } finally {
    await shop.close();
  }
});

/** The schema of a type, with the first event of the type in the populated shop as its example. */
function currentSchema(type: EventType): JsonSchema {
  const stored = events.find((event) => event.type === type)?.data;
  const written: Partial<Record<EventType, object>> = writtenExamples;
  return payloadSchema(type, stored ? exampleOf(type, stored) : present(written[type], `an example of ${type}`));
}

function committedSchema(type: EventType): JsonSchema | undefined {
  const file = join(folder, `${type}.json`);
  // The file was written from a JsonSchema.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JsonSchema) : undefined;
}

describe.each(types)('the schema of %s', (type) => {
  test('is the one in packages/core/schemas, which no change may break', async () => {
    const committed = committedSchema(type);
    const current = currentSchema(type);
    // An incompatible schema ends the test here, so that the option -u never writes it.
    const breaks = committed ? contractBreaks(committed, current) : [];
    if (breaks.length > 0) throw new Error(howToVersion(type, breaks));
    await expect(schemaText(current)).toMatchFileSnapshot(join(folder, `${type}.json`));
  });
});

test('a type that was published stays: each schema has its type', () => {
  const files = new Set(types.map((type) => `${type}.json`));
  expect(readdirSync(folder).filter((file) => !files.has(file))).toEqual([]);
});

test('docs/reference/events.md is up to date', async () => {
  const example = cloudEvent({
    ...present(
      events.find(({ type }) => type === 'order.paid'),
      'an order.paid',
    ),
    id: '0190b2a4-0000-7000-8000-000000000009',
    aggregateId: '0190b2a4-0000-7000-8000-000000000001',
    position: '1.42',
    time: new Date('2026-01-31T09:30:00.000Z'),
  });
  const data = exampleOf('order.paid', example.data);
  await expect(referencePage(types.map(currentSchema), { ...example, data })).toMatchFileSnapshot(page);
});

test('a validator of JSON Schema accepts the schemas, every stored event and every example', () => {
  const ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    allowUnionTypes: true,
    formats: { uuid: isUuid, 'date-time': isTime },
  });

  ajv.addSchema(types.map(currentSchema));
  const problems = (type: EventType, data: unknown) => {
    const validate = present(ajv.getSchema(schemaUri(type)), type);
    return validate(data) ? [] : [{ type, data, errors: validate.errors }];
  };
  expect(events.flatMap(({ type, data }) => problems(type, data))).toEqual([]);
  expect(types.flatMap((type) => currentSchema(type).examples?.flatMap((each) => problems(type, each)))).toEqual([]);
  expect(problems('order.paid', {})).toHaveLength(1);
});

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isTime = (text: string): boolean => text.endsWith('Z') && !Number.isNaN(Date.parse(text));

test('every field that takes any text is in the list of the page, which says whose text it is', () => {
  const found = new Set(types.flatMap((type) => textsOf(currentSchema(type))));
  expect([...found].toSorted()).toEqual(Object.keys(freeTexts).toSorted());
});

/** The names of the fields that take any text. */
function textsOf(schema: JsonSchema): string[] {
  return Object.entries({ ...schema.properties, ...schema.items?.properties }).flatMap(([name, field]) => {
    const types = [field, ...(field.anyOf ?? [])];
    const isText = types.some(
      (one) => [one.type].flat().includes('string') && !one.enum && !one.format && !one.maxLength,
    );
    return [...(isText ? [name] : []), ...textsOf(field), ...(field.items ? textsOf(field.items) : [])];
  });
}
