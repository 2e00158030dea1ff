import { describe, expect, test } from 'vitest';
import { parcel, startEmulator } from './easypost.testing.ts';
import { easyPostStatuses } from './easypost-tracker.ts';

const trackings = {
  unknown: 'SILENT',
  pre_transit: 'LABEL',
  in_transit: 'MOVING',
  out_for_delivery: 'OUT_FOR_DELIVERY',
  delivered: 'DELIVERED',
  available_for_pickup: 'AT_PICKUP_POINT',
  return_to_sender: 'RETURNING',
  failure: 'ATTEMPT_FAILED',
  cancelled: 'PROBLEM',
  error: 'PROBLEM',
} as const satisfies Record<(typeof easyPostStatuses)[number], string>;

test.each(easyPostStatuses)('a scan with the status %s reaches the shop by webhook and by poll', async (status) => {
  const { provider, scan, messages } = await startEmulator();
  const { providerRef } = await provider.register(parcel);
  await scan(status, { detail: 'status_update', at: '2026-08-01T10:00:00-04:00' });
  const polled = await provider.poll({ ...parcel, providerRef });
  expect(polled).toMatchObject({
    carrier: 'FedEx',
    trackingNumber: parcel.trackingNumber,
    providerRef,
    checkpoints: [{ tracking: trackings[status], occurredAt: new Date('2026-08-01T14:00:00Z') }],
  });
  expect(messages().at(-1)!.reports).toEqual([polled]);
  expect(JSON.stringify(polled)).not.toMatch(/Springfield|Main Street|RECIPIENT/);
});

describe('a tracker', () => {
  test('is created once for any number of registrations, and its creation is announced once', async () => {
    const { provider, messages, untilReceived, scan } = await startEmulator();
    const all = await Promise.all(Array.from({ length: 5 }, () => provider.register(parcel)));
    expect(new Set(all.map(({ providerRef }) => providerRef)).size).toBe(1);
    await untilReceived(1);
    await scan('in_transit');
    expect(messages().map(({ reports }) => reports[0]!.checkpoints.length)).toEqual([0, 1]);
  });

  test('has what the carrier scanned before its creation', async () => {
    const { provider, scan } = await startEmulator();
    expect((await scan('in_transit')).body.events).toEqual([]);
    expect((await provider.register(parcel)).report).toMatchObject({ checkpoints: [{ tracking: 'MOVING' }] });
  });

  test('is found by its number without the registration', async () => {
    const { provider } = await startEmulator();
    expect(await provider.poll(parcel)).toBeNull();
    const { providerRef } = await provider.register(parcel);
    expect(await provider.poll(parcel)).toMatchObject({ providerRef });
    expect(await provider.poll({ ...parcel, trackingNumber: '999', providerRef })).toBeNull();
  });

  test('that is not valid is refused, and a wrong key is no refusal', async () => {
    const { provider, url } = await startEmulator();
    await expect(provider.register({ ...parcel, trackingNumber: ' ' })).rejects.toMatchObject({
      name: 'TrackingRefusal',
      code: 'TRACKER.CREATE.ERROR',
    });
    const answer = await fetch(`${url}/v2/trackers`, { headers: { authorization: 'Basic eDo=' } });
    expect(answer.status).toBe(401);
  });
});

describe('webhooks', () => {
  test('that come several times have one event id', async () => {
    const { provider, scan, messages, received } = await startEmulator();
    await provider.register(parcel);
    await scan('delivered', { webhook: { copies: 5 } });
    expect(received.length).toBeGreaterThanOrEqual(5);
    const delivered = messages().filter(({ reports }) => reports[0]!.checkpoints.length === 1);
    expect(new Set(delivered.map(({ eventId }) => eventId)).size).toBe(1);
  });

  test('are repeated with the same id until the shop accepts them', async () => {
    let failures = 2;
    const { provider, scan, messages, untilReceived } = await startEmulator(() => ({
      status: failures-- > 0 ? 500 : 202,
    }));
    await provider.register(parcel);
    await scan('in_transit');
    await untilReceived(4);
    const ids = messages().map(({ eventId }) => eventId);
    expect(ids.length).toBe(4);
    expect(new Set(ids).size).toBe(2);
  });

  test('that get lost leave their checkpoint to the next webhook', async () => {
    const { provider, scan, messages, untilReceived } = await startEmulator();
    await provider.register(parcel);
    await untilReceived(1);
    await scan('out_for_delivery', { webhook: { lost: true } });
    expect(messages()).toHaveLength(1);
    await scan('delivered');
    expect(messages()[1]!.reports[0]!.checkpoints.map(({ tracking }) => tracking)).toEqual([
      'OUT_FOR_DELIVERY',
      'DELIVERED',
    ]);
  });

  test('that are late repeat the checkpoints of those that overtook them', async () => {
    const { provider, scan, messages, untilReceived } = await startEmulator();
    await provider.register(parcel);
    await untilReceived(1);
    await scan('in_transit', { at: '2026-08-01T10:00:00Z', webhook: { delayMs: 300 }, wait: false });
    await scan('delivered', { at: '2026-08-02T10:00:00Z' });
    await untilReceived(3);
    const ids = messages().map(({ reports }) => reports[0]!.checkpoints.map(({ checkpointId }) => checkpointId));
    const [none, one, two] = ids.toSorted((a, b) => a.length - b.length);
    expect(none).toEqual([]);
    expect(one).toEqual(two!.slice(0, 1));
    expect(two).toHaveLength(2);
  });
});
