import { trackerDelivery } from '@commerce-core/tracking-tracker-delivery';
import { describe, expect, test } from 'vitest';
import { startTestShop, until } from '../../shop.testing.ts';
import { startSimulator } from '../../simulator.testing.ts';
import { statusCodes } from './tracker-delivery-book.ts';
import { trackerDeliveryEmulator } from './tracker-delivery.ts';

const settings = { clientId: 'id-1', clientSecret: 'secret-1' };
const parcel = {
  id: '019a0000-0000-7000-8000-000000000001',
  carrier: 'CJ대한통운',
  trackingNumber: '1234-5678-9012',
  providerRef: null,
};

async function startEmulator(ourSecret = settings.clientSecret) {
  const shop = await startTestShop(() => ({ status: 202 }));
  const simulator = await startSimulator({ trackers: [trackerDeliveryEmulator(settings)] });
  const url = `${simulator.url}/tracker-delivery/graphql`;
  const provider = trackerDelivery({
    clientId: settings.clientId,
    clientSecret: ourSecret,
    url,
    callbackUrl: shop.url,
  });
  const scan = async (status: string, more: object = {}) =>
    (
      await simulator.request('/tracker-delivery/scans', {
        carrier: 'kr.cjlogistics',
        trackingNumber: '123456789012',
        status,
        wait: true,
        ...more,
      })
    ).body;
  const graphql = (query: string, variables: object) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: `TRACKQL-API-KEY ${settings.clientId}:${settings.clientSecret}` },
      body: JSON.stringify({ query, variables }),
    }).then((response) => response.json());
  return { provider, scan, graphql, shopUrl: shop.url, received: shop.received };
}

const trackings = {
  UNKNOWN: 'SILENT',
  INFORMATION_RECEIVED: 'LABEL',
  AT_PICKUP: 'PICKED_UP',
  IN_TRANSIT: 'MOVING',
  OUT_FOR_DELIVERY: 'OUT_FOR_DELIVERY',
  ATTEMPT_FAIL: 'ATTEMPT_FAILED',
  DELIVERED: 'DELIVERED',
  AVAILABLE_FOR_PICKUP: 'AT_PICKUP_POINT',
  EXCEPTION: 'PROBLEM',
} as const satisfies Record<(typeof statusCodes)[number], string>;

test.each(statusCodes)('a scan with the status %s is called back, and a poll reads it', async (status) => {
  const { provider, scan, received } = await startEmulator();
  await provider.register(parcel);
  const { callbacks, attempts } = await scan(status, { detail: '처리', at: '2026-08-01T10:00:00Z' });
  expect([callbacks, attempts.map((attempt: { status: number }) => attempt.status)]).toEqual([1, [202]]);
  const [{ changed }] = received.map(({ body }) =>
    provider.receive({ rawBody: Buffer.from(body), header: () => undefined }, new Date()),
  ) as [ReturnType<typeof provider.receive>];
  expect(changed).toEqual([{ carrier: 'kr.cjlogistics', trackingNumber: '123456789012' }]);
  expect(provider.isCarrier(parcel.carrier, changed[0]!.carrier)).toBe(true);
  const report = await provider.poll(parcel);
  expect(report!.checkpoints).toMatchObject([
    { tracking: trackings[status], occurredAt: new Date('2026-08-01T10:00:00Z'), detail: `${status}: 처리` },
  ]);
  expect(JSON.stringify(report)).not.toMatch(/홍길동|010/);
});

describe('a registration', () => {
  test('that is repeated is one, and moves its expiration', async () => {
    const { provider, scan, received } = await startEmulator();
    await provider.register(parcel);
    await provider.register(parcel);
    expect(await scan('IN_TRANSIT')).toMatchObject({ callbacks: 1 });
    expect(received).toHaveLength(1);
  });

  test('that has expired gets no callback, and the poll still knows the parcel', async () => {
    const { provider, scan, graphql, shopUrl, received } = await startEmulator();
    await provider.register(parcel);
    const input = {
      carrierId: 'kr.cjlogistics',
      trackingNumber: '123456789012',
      callbackUrl: shopUrl,
      expirationTime: new Date().toISOString(),
    };
    const mutation = 'mutation M($input: RegisterTrackWebhookInput!) { registerTrackWebhook(input: $input) }';
    expect(await graphql(mutation, { input })).toEqual({ data: { registerTrackWebhook: true } });
    expect(await scan('DELIVERED')).toEqual({ callbacks: 0, attempts: [] });
    expect(received).toEqual([]);
    expect((await provider.poll(parcel))!.checkpoints).toMatchObject([{ tracking: 'DELIVERED' }]);
  });

  test('with a wrong key stays open, and one of a number that is none is refused', async () => {
    const wrong = await startEmulator('another');
    await expect(wrong.provider.register(parcel)).rejects.toThrow('UNAUTHENTICATED');
    const { provider } = await startEmulator();
    await expect(provider.register({ ...parcel, trackingNumber: '번호' })).rejects.toMatchObject({
      name: 'TrackingRefusal',
      code: 'BAD_REQUEST',
    });
  });
});

describe('a poll', () => {
  test('reads more than one page, in the order of the scans', async () => {
    const { provider, scan } = await startEmulator();
    const times = Array.from({ length: 120 }, (_, minute) => new Date(Date.UTC(2026, 7, 1, 0, minute)).toISOString());
    for (const at of times) await scan('IN_TRANSIT', { at });
    const report = await provider.poll(parcel);
    expect(report!.checkpoints.map(({ occurredAt }) => occurredAt!.toISOString())).toEqual(times);
  });

  test('of an unknown number returns null', async () => {
    const { provider } = await startEmulator();
    expect(await provider.poll(parcel)).toBeNull();
  });
});

test('callbacks that come several times, or not at all, change nothing in what a poll reads', async () => {
  const { provider, scan, received } = await startEmulator();
  await provider.register(parcel);
  await scan('IN_TRANSIT', { webhook: { copies: 3 } });
  await scan('DELIVERED', { webhook: { lost: true } });
  await until(() => received.length === 3);
  expect((await provider.poll(parcel))!.checkpoints).toHaveLength(2);
  expect(await provider.poll(parcel)).toEqual(await provider.poll(parcel));
});

test('an operation that the emulator does not know is a bad request', async () => {
  const { graphql } = await startEmulator();
  expect(await graphql('{ carriers { edges { node { id } } } }', {})).toMatchObject({
    errors: [{ extensions: { code: 'BAD_REQUEST' } }],
  });
});
