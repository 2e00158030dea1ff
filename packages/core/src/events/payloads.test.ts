import { CloudEvent as CheckedCloudEvent, HTTP } from 'cloudevents';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeOrderInput } from '../order/order-input.ts';
import { readInvalidPayloads } from '../testing/invalid-payloads.ts';
import { markPattern, markTexts } from '../testing/marked-texts.ts';
import { createPopulatedShop } from '../testing/populated/shop.ts';
import { readNumberedEvents } from '../testing/rows/numbered-events.ts';
import type { TestShop } from '../testing/test-shop.ts';
import { cloudEvent, cloudEventType, type NumberedEvent } from './cloud-event.ts';
import { eventPayloads, type EventType } from './payloads.ts';

const orderTexts = placeOrderInput.omit({ lines: true, shippingOptionId: true, expectedTotalAmount: true });
const customer = markTexts(orderTexts);
let shop: TestShop;
let events: NumberedEvent[];
beforeAll(async () => {
  shop = await createPopulatedShop(orderTexts.parse(customer.value));
  events = await readNumberedEvents(shop.database);
});
afterAll(async () => {
  await shop.close();
});

// A refund is UNKNOWN after a call without a reply, which this shop's gateway always gives. The fulfillment status
// changes by a restock only when some parcels have left and others haven't.
const notInThisShop: readonly EventType[] = ['order.fulfillment_changed', 'refund.unknown'];

test('every stored event has exactly the payload of its type', async () => {
  expect(await readInvalidPayloads(shop.database)).toEqual([]);
});

test('a populated shop has events of every type but two', () => {
  const seen = new Set<string>(events.map(({ type }) => type));
  expect(Object.keys(eventPayloads).filter((type) => !seen.has(type))).toEqual(notInThisShop);
});

test('a payload with a missing, further or wrong field does not have its type', () => {
  const paid = {
    orderId: '0190b2a4-0000-7000-8000-000000000001',
    orderStatus: 'PAID',
    fulfillmentStatus: 'UNFULFILLED',
    reservationStatus: 'COMMITTED',
    paymentId: '0190b2a4-0000-7000-8000-000000000002',
    totalAmount: 1_000,
    currency: 'KRW',
  };
  const isPaid = (payload: object) => eventPayloads['order.paid'].safeParse(payload).success;
  expect(isPaid(paid)).toBe(true);
  expect(isPaid({ ...paid, paymentId: undefined })).toBe(false);
  expect(isPaid({ ...paid, note: 'further' })).toBe(false);
  expect(isPaid({ ...paid, totalAmount: '1000' })).toBe(false);
});

test('no text that a shopper gives with an order is in an event', async () => {
  expect(customer.unmarked).toEqual(['shippingAddress.country']);
  expect(customer.marks.length).toBeGreaterThanOrEqual(13);
  // Every order that was not redacted has every mark, so the events could have them.
  const { rows } = await shop.database.pool.query<{ text: string }>(`
    select orders::text as text from commerce.orders
    where id not in (select aggregateid from commerce.events where type = 'order.redacted')`);
  for (const { text } of rows) expect(new Set(text.match(markPattern))).toEqual(new Set(customer.marks));
  expect(events.filter(({ data }) => JSON.stringify(data).match(markPattern))).toEqual([]);
});

test('the id of the customer is in order.created alone', () => {
  const named = events.flatMap(({ type, data }) =>
    Object.keys(data).flatMap((field) =>
      JSON.stringify(data[field]).includes('customer-1') ? [`${type} ${field}`] : [],
    ),
  );
  expect(new Set(named)).toEqual(new Set(['order.created customerId']));
});

test('every stored event is valid for the SDK of CloudEvents, and the names of its attributes too', () => {
  for (const event of events.map((each) => cloudEvent(each))) {
    const { data, ...attributes } = event;
    const parsed = HTTP.toEvent({ headers: { 'content-type': cloudEventType }, body: JSON.stringify(event) });
    if (Array.isArray(parsed)) throw new Error('one event was sent, a list was read');
    expect({ ...parsed }).toMatchObject({ ...attributes, data });
    expect(() => new CheckedCloudEvent({ ...event })).not.toThrow();
    expect(Object.keys(attributes).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
  }
});
