import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ParcelTracking } from '../../shipping/parcel.ts';
import { only } from '../../testing/only.ts';
import { createTestShop, errorCodeOf, signTestWebhook, type TestShop } from '../../testing/test-shop.ts';
import {
  createReadyShipment,
  dispatchTestParcel,
  mockCarrier,
  readEffects,
  readTracked,
  sendTracking,
  trackingBody,
  type Sent,
} from '../../testing/tracked-parcels.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const send = async (trackingNumber: string, ...sent: Sent[]) =>
  sendTracking(shop.commerce, trackingBody(trackingNumber, sent));
const historyOf = async (parcelId: string) => readEffects(shop.commerce, parcelId);

describe('a message', () => {
  test('counts once for its id, and other content with the same id is a CONFLICT that is kept', async () => {
    const { trackingNumber, ...parcel } = await dispatchTestParcel(shop);
    const body = trackingBody(trackingNumber, [{ tracking: 'MOVING', minute: 0 }]);
    const eventId = randomUUID();
    const first = await sendTracking(shop.commerce, body, eventId);
    expect(await sendTracking(shop.commerce, body, eventId)).toEqual({ ...first, duplicate: true });
    const other = trackingBody(trackingNumber, [{ tracking: 'DELIVERED', minute: 1 }]);
    for (let times = 0; times < 2; times += 1)
      expect(await sendTracking(shop.commerce, other, eventId)).toEqual({
        messageId: first.messageId,
        outcome: 'CONFLICT',
        duplicate: true,
      });
    expect(await readTracked(shop.commerce, { trackingNumber, ...parcel })).toMatchObject({ tracking: 'MOVING' });
    const { items } = await shop.commerce.listTrackingMessages({ outcome: 'CONFLICT' });
    expect(items.filter((message) => message.eventId === eventId)).toHaveLength(1);
  });

  test('with a checkpoint of another message applies it once', async () => {
    const { trackingNumber, parcelId } = await dispatchTestParcel(shop);
    const sent = { tracking: 'MOVING', minute: 0, checkpointId: randomUUID() } as const;
    await send(trackingNumber, sent, sent);
    await send(trackingNumber, sent, { tracking: 'OUT_FOR_DELIVERY', minute: 1 });
    expect(await historyOf(parcelId)).toEqual(['MOVING moved', 'OUT_FOR_DELIVERY moved']);
  });

  test('before the dispatch waits as UNMATCHED and is applied by it', async () => {
    const trackingNumber = `early ${randomUUID()}`;
    const received = await send(trackingNumber.toUpperCase(), { tracking: 'PICKED_UP', minute: -3 });
    expect(received).toMatchObject({ outcome: 'UNMATCHED', duplicate: false });
    expect(await shop.commerce.retryTrackingMessages()).toBe(0);
    const { orderId, shipmentId } = await createReadyShipment(shop);
    const { parcels } = await shop.commerce.dispatchShipment({ shipmentId, carrier: mockCarrier, trackingNumber });
    expect(await shop.commerce.retryTrackingMessages()).toBe(1);
    const parcel = { orderId, shipmentId, parcelId: only(parcels).id, trackingNumber };
    expect(await readTracked(shop.commerce, parcel)).toMatchObject({ tracking: 'PICKED_UP' });
    expect(await shop.commerce.getTrackingMessage({ messageId: received.messageId ?? '' })).toMatchObject({
      outcome: 'APPLIED',
      attempts: 2,
      rawBody: { text: expect.stringContaining('PICKED_UP') },
    });
  });

  test('that no dispatch ever matches is PARKED after three days, and can be redriven and dismissed', async () => {
    const { messageId } = await send(randomUUID(), { tracking: 'MOVING', minute: 0 });
    const id = { messageId: messageId ?? '' };
    const read = async () => shop.commerce.getTrackingMessage(id);
    let waitedMs = 0;
    for (let tries = 1; (await read()).outcome === 'UNMATCHED'; tries += 1) {
      const { dueAt } = await read();
      waitedMs += (dueAt?.getTime() ?? 0) - Date.now();
      await shop.database.pool.query(
        "update commerce.tracking_messages set due_at = now() - interval '1 second' where id = $1",
        [messageId],
      );
      expect(await shop.commerce.retryTrackingMessages()).toBe(1);
      expect(tries).toBeLessThan(30);
    }
    expect(waitedMs / 86_400_000).toBeCloseTo(3, 0);
    expect(await read()).toMatchObject({ outcome: 'PARKED', dueAt: null });
    expect(await shop.commerce.redriveTrackingMessage(id)).toMatchObject({ outcome: 'RECEIVED', attempts: 0 });
    expect(await shop.commerce.retryTrackingMessages()).toBe(1);
    expect(await read()).toMatchObject({ outcome: 'UNMATCHED', attempts: 1 });
    expect(await shop.commerce.dismissTrackingMessage(id)).toMatchObject({ outcome: 'DISMISSED', dueAt: null });
    expect(await errorCodeOf(shop.commerce.dismissTrackingMessage(id))).toBe('invalid_transition');
    expect(await errorCodeOf(shop.commerce.redriveTrackingMessage({ messageId: randomUUID() }))).toBe(
      'tracking_message_not_found',
    );
  });

  test('without reports is IGNORED, and one of a provider that is not configured is refused', async () => {
    expect(await sendTracking(shop.commerce, {})).toMatchObject({ outcome: 'IGNORED' });
    expect(await errorCodeOf(shop.commerce.receiveTrackingMessage('ups', signTestWebhook({}, 'e')))).toBe(
      'provider_not_configured',
    );
  });

  test.each<[string, unknown]>([
    ['no JSON object', 'x'],
    ['an unknown tracking', trackingBody('1', [{ tracking: 'FLYING' as ParcelTracking }])],
    ['a NUL in its number', trackingBody('1\0', [{ tracking: 'MOVING' }])],
    ['a number of 101 characters', trackingBody('1'.repeat(101), [{ tracking: 'MOVING' }])],
    ['an empty number', trackingBody('  ', [{ tracking: 'MOVING' }])],
    ['half of a surrogate pair', trackingBody('\ud800', [{ tracking: 'MOVING' }])],
    ['an id of 301 characters', trackingBody('1', [{ tracking: 'MOVING', checkpointId: 'x'.repeat(301) }])],
    [
      '501 checkpoints',
      trackingBody(
        '1',
        Array.from({ length: 501 }, () => ({ tracking: 'MOVING' as const })),
      ),
    ],
    ['101 reports', { reports: Array.from({ length: 101 }, () => trackingBody('1', []).reports[0]) }],
    [
      'a time that is none',
      {
        reports: [
          {
            carrier: 'mock',
            trackingNumber: '1',
            checkpoints: [{ checkpointId: '1', tracking: 'MOVING', occurredAt: 'noon' }],
          },
        ],
      },
    ],
  ])('with %s is refused as malformed', async (_, body) => {
    expect(await errorCodeOf(sendTracking(shop.commerce, body as object))).toBe('malformed_event');
  });

  test('signed by another secret, changed or too old is refused', async () => {
    const body = trackingBody('1', [{ tracking: 'MOVING' }]);
    const signed = signTestWebhook(body, 'e');
    const messages = [
      { ...signed, rawBody: Buffer.from(`${signed.rawBody.toString()} `) },
      { ...signed, header: (name: string) => (name === 'webhook-signature' ? 'v1,AAAA' : signed.header(name)) },
      { ...signed, header: () => undefined },
      signTestWebhook(body, 'e', 301),
    ];
    for (const message of messages)
      expect(await errorCodeOf(shop.commerce.receiveTrackingMessage('mock', message))).toBe('invalid_signature');
  });

  test('keeps a long detail short, and takes a time far ahead for none', async () => {
    const { trackingNumber, parcelId } = await dispatchTestParcel(shop);
    await send(trackingNumber, { tracking: 'MOVING', minute: 3 * 24 * 60, detail: `two\nlines ${'😀'.repeat(300)}` });
    await send(trackingNumber, { tracking: 'OUT_FOR_DELIVERY', minute: 1 });
    const { items } = await shop.commerce.parcelHistory({ parcelId });
    expect(items.map(({ tracking, effect }) => `${tracking} ${effect}`)).toEqual([
      'OUT_FOR_DELIVERY moved',
      'MOVING moved',
    ]);
    expect(items[1]).toMatchObject({ occurredAt: null, detail: `two lines ${'😀'.repeat(190)}` });
  });
});
