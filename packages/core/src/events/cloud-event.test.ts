import { expect, test } from 'vitest';
import { first } from '../testing/only.ts';
import { cloudEvent, type NumberedEvent } from './cloud-event.ts';
import { eventPayloads, type EventType } from './payloads.ts';

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

const order: NumberedEvent = {
  ...created,
  type: 'order.created',
  aggregateType: 'order',
  data: {
    // As jsonb returns it: shorter keys first.
    lines: [{ kind: 'PRODUCT', lineNo: 1, quantity: 2, productId: created.aggregateId, unitAmount: 900 }],
    orderId: '0190b2a4-0000-7000-8000-000000000003',
    currency: 'KRW',
    customerId: 'customer-1',
    orderStatus: 'CREATED',
    totalAmount: 1_800,
    reservedUntil: '2026-11-28T06:00:00.000Z',
    fulfillmentStatus: 'UNFULFILLED',
    reservationStatus: 'HELD',
  },
};

test('a payload is complete, with the keys of nested lists in the order of the schema too', () => {
  const { data } = cloudEvent(order);
  expect(data).toEqual(order.data);
  expect(JSON.stringify(data)).toBe(JSON.stringify(eventPayloads['order.created'].parse(order.data)));
});

test('the bytes of an event do not depend on the order in which its payload was stored', () => {
  const lines = eventPayloads['order.created'].parse(order.data).lines;
  const reversed = { ...reverseKeys(order.data), lines: lines.map(reverseKeys) };
  expect(Object.keys(reversed)).not.toEqual(Object.keys(order.data));
  expect(JSON.stringify(cloudEvent({ ...order, data: reversed }))).toBe(JSON.stringify(cloudEvent(order)));
});

const reverseKeys = (value: object): object => Object.fromEntries(Object.entries(value).toReversed());

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
