import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { dispatchTestParcel, sendTracking, trackingBody } from '../../testing/tracked-parcels.ts';

const dayMs = 24 * 60 * 60_000;

let shop: TestShop;
beforeEach(async () => {
  shop = await createTestShop({ keepMs: { trackingMessageBodies: 30 * dayMs } });
});
// Closing the shop runs the doctor.
afterEach(() => shop.close());

const query = async (text: string, values: unknown[] = []) => (await shop.database.pool.query(text, values)).rows;
const applyRetention = async (limit?: number) => {
  await query("update commerce.retention_rules set due_at = now() - interval '1 second'");
  return shop.commerce.applyRetention(limit);
};
const age = async (eventId: string, days: number) =>
  query(
    `update commerce.tracking_messages set received_at = received_at - $2::int * interval '1 day',
      decided_at = decided_at - $2::int * interval '1 day' where event_id = $1`,
    [eventId, days],
  );

test("the raw body of a carrier's message goes when the message was decided long enough ago", async () => {
  const { trackingNumber } = await dispatchTestParcel(shop);
  const send = async (number: string) => {
    const eventId = randomUUID();
    await sendTracking(shop.commerce, trackingBody(number, [{ tracking: 'MOVING', minute: 0 }]), eventId);
    return eventId;
  };
  const [over, kept, waiting] = [await send(trackingNumber), await send(trackingNumber), await send(randomUUID())];
  await age(over, 31);
  await age(kept, 29);
  await age(waiting, 31);
  expect((await shop.commerce.retentionLag())['tracking_message_bodies']).toBeCloseTo(dayMs / 1_000, -2);
  expect(await applyRetention()).toEqual({ removed: 1, isFull: false });
  const bodies = await query(`select event_id as id from commerce.tracking_messages where raw_body is not null`);
  expect(bodies.map(({ id }) => id as string).toSorted()).toEqual([kept, waiting].toSorted());
  const { items } = await shop.commerce.listTrackingMessages();
  const { id: messageId = '' } = items.find(({ eventId }) => eventId === over) ?? {};
  expect(await shop.commerce.getTrackingMessage({ messageId })).toMatchObject({ outcome: 'APPLIED', rawBody: null });
  expect(await shop.commerce.retentionLag()).toMatchObject({ tracking_message_bodies: 0 });
});

test('a message whose body is gone is still recognized when it comes again', async () => {
  const { trackingNumber } = await dispatchTestParcel(shop);
  const body = trackingBody(trackingNumber, [{ tracking: 'MOVING', minute: 0 }]);
  const eventId = randomUUID();
  const { messageId } = await sendTracking(shop.commerce, body, eventId);
  await age(eventId, 31);
  await applyRetention();
  expect(await sendTracking(shop.commerce, body, eventId)).toEqual({ messageId, outcome: 'APPLIED', duplicate: true });
});

test('a batch removes the oldest bodies up to its limit, and says that there may be more', async () => {
  for (const days of [40, 50, 60]) {
    const eventId = String(days);
    await sendTracking(shop.commerce, {}, eventId);
    await age(eventId, days);
  }
  expect(await applyRetention(2)).toEqual({ removed: 2, isFull: true });
  const left = await query(`select event_id as id from commerce.tracking_messages where raw_body is not null`);
  expect(left).toEqual([{ id: '40' }]);
});
