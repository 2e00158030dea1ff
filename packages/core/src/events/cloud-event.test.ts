import { CloudEvent as CheckedCloudEvent, HTTP } from 'cloudevents';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { first, present } from '../testing/only.ts';
import { createPopulatedShop } from '../testing/populated-shop.ts';
import type { TestShop } from '../testing/test-shop.ts';
import { cloudEvent, cloudEventType, type NumberedEvent } from './cloud-event.ts';
import { eventPayloads, type EventType } from './payloads.ts';

let shop: TestShop;
let events: NumberedEvent[];
beforeAll(async () => {
  shop = await createPopulatedShop();
  events = await readNumberedEvents();
});
afterAll(() => shop.close());

async function readNumberedEvents(): Promise<NumberedEvent[]> {
  const { rows } = await shop.database.pool.query<NumberedEvent>(`
    select id, type, aggregatetype as "aggregateType", aggregateid as "aggregateId", version,
      '1.' || row_number() over (order by id) as position, created_at as time, payload as data
    from commerce.events order by id`);
  return rows;
}

const created: NumberedEvent = {
  id: '0190b2a4-0000-7000-8000-000000000001',
  type: 'product.created',
  aggregateType: 'product',
  aggregateId: '0190b2a4-0000-7000-8000-000000000002',
  version: 1,
  position: '1.42',
  time: new Date('2026-11-28T05:30:00.123Z'),
  data: {
    sku: 'MUG-1',
    name: 'Mug',
    currency: 'KRW',
    productId: '0190b2a4-0000-7000-8000-000000000002',
    priceAmount: 900,
  },
};

test('an event has the attributes of CloudEvents 1.0 and the payload of its schema, in a fixed order', () => {
  expect(JSON.stringify(cloudEvent(created, 'https://shop.example'), null, 1)).toBe(`{
 "specversion": "1.0",
 "id": "0190b2a4-0000-7000-8000-000000000001",
 "source": "https://shop.example",
 "type": "product.created",
 "subject": "product/0190b2a4-0000-7000-8000-000000000002",
 "time": "2026-11-28T05:30:00.123Z",
 "datacontenttype": "application/json",
 "dataschema": "urn:commerce-core:events:product.created",
 "sequence": "0000000001",
 "position": "1.42",
 "data": {
  "productId": "0190b2a4-0000-7000-8000-000000000002",
  "sku": "MUG-1",
  "name": "Mug",
  "priceAmount": 900,
  "currency": "KRW"
 }
}`);
});

test('the trace of the call is an attribute where it is known', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  expect(cloudEvent({ ...created, traceparent }).traceparent).toBe(traceparent);
  expect(cloudEvent(created)).not.toHaveProperty('traceparent');
});

test('every stored event is valid for the SDK of CloudEvents, and so are the attribute names', () => {
  expect(events.length).toBeGreaterThan(200);
  for (const event of events.map((each) => cloudEvent(each))) {
    const body = JSON.stringify(event);
    const { data, ...attributes } = event;
    const parsed = HTTP.toEvent({ headers: { 'content-type': cloudEventType }, body });
    if (Array.isArray(parsed)) throw new Error('one event was sent, a list was read');
    expect({ ...parsed }).toMatchObject({ ...attributes, data });
    expect(() => new CheckedCloudEvent({ ...event })).not.toThrow();
    expect(Object.keys(attributes).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
  }
});

test('the bytes of an event do not depend on the order in which its payload was stored or read', () => {
  for (const event of events) {
    const reversed = { ...event, data: reverseKeys(event.data) };
    expect(JSON.stringify(reversed.data) === JSON.stringify(event.data)).toBe(Object.keys(event.data).length < 2);
    expect(JSON.stringify(cloudEvent(reversed))).toBe(JSON.stringify(cloudEvent(event)));
  }
});

function reverseKeys<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  // Arrays keep their order; the result has the keys and values of `value`.
  if (Array.isArray(value)) return value.map((item: unknown) => reverseKeys(item)) as T;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reverseKeys(inner)]),
  ) as T;
}

test('a payload is delivered complete, with the keys of nested lists in the order of the schema too', () => {
  const order = present(
    events.find(({ type }) => type === 'order.created'),
    'an order.created',
  );
  const { data } = cloudEvent(order);
  expect(data).toEqual(order.data);
  expect(Object.keys(data)).toEqual(Object.keys(eventPayloads['order.created'].shape));
  const { lines } = eventPayloads['order.created'].parse(data);
  expect(JSON.stringify(data['lines'])).toBe(JSON.stringify(lines));
});

test('an event of a newer version keeps its unknown fields, at the end', () => {
  const { data } = cloudEvent({ ...created, data: { aNewField: 1, ...created.data } });
  expect(Object.keys(data).at(-1)).toBe('aNewField');
  // A newer process may have recorded a type that this one doesn't know.
  const type = 'product.praised' as EventType;
  expect(cloudEvent({ ...created, type }).data).toEqual(created.data);
});

test('the sequences of an aggregate sort as text in the order of its versions', () => {
  const sequences = [1, 9, 10, 2_147_483_647].map((version) => cloudEvent({ ...created, version }).sequence);
  expect(sequences.toSorted()).toEqual(sequences);
  expect(first(sequences)).toHaveLength(10);
});
