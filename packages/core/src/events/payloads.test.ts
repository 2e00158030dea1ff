import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLivedInShop } from '../testing/lived-in-shop.ts';
import type { Shop } from '../testing/shop.ts';
import { eventPayloads, type EventType } from './payloads.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openLivedInShop();
}, 120_000);
afterAll(async () => {
  await shop.close();
});

// A refund is UNKNOWN after a call without a reply, which this shop's gateway always gives. The fulfillment status changes
// by a restock only when some parcels have left and others haven't.
const notInThisShop: readonly EventType[] = ['order.fulfillment_changed', 'refund.unknown'];

const isKnown = (type: string): type is EventType => Object.hasOwn(eventPayloads, type);

test('every stored event has exactly the payload of its type', async () => {
  const { rows } = await shop.database.pool.query<{ type: string; payload: unknown }>(
    'select type, payload from commerce.events',
  );
  const mistakes = rows.flatMap(({ type, payload }) => {
    const error = isKnown(type) ? eventPayloads[type].safeParse(payload).error : 'unknown type';
    return error ? [{ type, payload, error }] : [];
  });
  expect(mistakes).toEqual([]);
  const seen = new Set(rows.map(({ type }) => type));
  const unseen = Object.keys(eventPayloads).filter((type) => !seen.has(type));
  expect(unseen).toEqual(notInThisShop);
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
