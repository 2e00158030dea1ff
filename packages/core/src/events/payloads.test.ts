import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInvalidPayloads } from '../testing/invalid-payloads.ts';
import { createPopulatedShop } from '../testing/populated-shop.ts';
import type { TestShop } from '../testing/test-shop.ts';
import { eventPayloads, type EventType } from './payloads.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createPopulatedShop();
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

test('a populated shop has events of every type but two', async () => {
  const { rows } = await shop.database.pool.query<{ type: string }>('select distinct type from commerce.events');
  const seen = new Set(rows.map(({ type }) => type));
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
