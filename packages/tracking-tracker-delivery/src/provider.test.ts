import type { FakeApiResponse } from '@commerce-core/core/testing';
import { describe, expect, test } from 'vitest';
import {
  callbackUrl,
  failed,
  node,
  ok,
  page,
  parcel,
  refusal,
  registered,
  startTrackerDelivery,
} from './emulated-api.testing.ts';
import { trackerDelivery } from './provider.ts';

const hourMs = 60 * 60_000;

describe('a registration', () => {
  test('asks for callbacks for 48 hours with the API key, and is renewed after 24', async () => {
    const { provider, requests } = await startTrackerDelivery(registered);
    const before = Date.now();
    const { renewAt, ...registration } = await provider.register(parcel);
    const after = Date.now();
    expect(registration).toEqual({ providerRef: null, report: null });
    expect(renewAt!.getTime()).toBeGreaterThanOrEqual(before + 24 * hourMs);
    expect(renewAt!.getTime()).toBeLessThanOrEqual(after + 24 * hourMs);
    expect(requests).toMatchObject([
      {
        call: 'POST /graphql',
        headers: { authorization: 'TRACKQL-API-KEY id-1:hunter2', 'content-type': 'application/json' },
        body: { variables: { input: { carrierId: 'kr.cjlogistics', trackingNumber: '123456789012', callbackUrl } } },
      },
    ]);
    expect(requests[0]!.body.query).toContain('registerTrackWebhook(input: $input)');
    const expiresAt = new Date(requests[0]!.body.variables.input.expirationTime).getTime();
    expect(expiresAt - renewAt!.getTime()).toBe(24 * hourMs);
  });

  test('for a bad request or a carrier that is not tracked is refused', async () => {
    const { provider, requests } = await startTrackerDelivery(failed('BAD_REQUEST', 'x'.repeat(5_000), 400));
    await expect(provider.register(parcel)).rejects.toMatchObject({
      name: 'TrackingRefusal',
      code: 'BAD_REQUEST',
      message: 'x'.repeat(200),
    });
    await expect(provider.register({ ...parcel, carrier: 'DHL' })).rejects.toEqual(refusal('carrier_not_tracked'));
    expect(requests).toHaveLength(1);
  });

  test.each<[string, FakeApiResponse]>([
    ['an unknown number', failed('NOT_FOUND')],
    ['an invalid key', failed('UNAUTHENTICATED', 'hunter2', 401)],
    ['a key without rights', failed('FORBIDDEN')],
    ['too many calls', failed('FORBIDDEN', 'Rate limit exceeded')],
    ['an error of the server', failed('INTERNAL')],
    ['an error without a code', { status: 200, body: { errors: [{ message: 'no' }] } }],
    ['an error with a code that is none', { status: 200, body: { errors: [{ extensions: { code: 'BAD REQUEST' } }] } }],
    ['a bad request by another server', failed('BAD_REQUEST', 'no', 404)],
    ['false', ok({ registerTrackWebhook: false })],
    ['null', ok({ registerTrackWebhook: null })],
    ['no data', ok(null)],
    ['a list', { status: 200, body: [] }],
    ['errors that are no list', { status: 200, body: { errors: 'no' } }],
    ['HTML', { status: 200, body: '<html>' }],
    ['a redirect', { status: 302, body: '' }],
  ])('that gets %s stays open', async (_, answer) => {
    const { provider } = await startTrackerDelivery(answer);
    const outcome = provider.register(parcel);
    await expect(outcome).rejects.not.toHaveProperty('code');
    await expect(outcome).rejects.not.toThrow('hunter2');
  });

  test.each<FakeApiResponse>(['silence', 'hang up', { status: 500 }, { status: 502 }, { status: 429 }])(
    'is repeated once after %j, and then stays open',
    async (answer) => {
      const { provider, requests } = await startTrackerDelivery(answer);
      await expect(provider.register(parcel)).rejects.toThrow('no usable answer');
      expect(requests).toHaveLength(2);
    },
  );
});

describe('a poll', () => {
  test('returns the events as checkpoints, oldest first', async () => {
    const { provider, requests } = await startTrackerDelivery(
      page([
        node('INFORMATION_RECEIVED', '2026-08-01T09:00:00.000+09:00', '접수'),
        node('AT_PICKUP', '2026-08-01T18:00:00.000+09:00', '집화처리'),
        node('DELIVERED', '2026-08-02T15:00:00.000+09:00', '배송완료'),
      ]),
    );
    const key = `${parcel.id}:123456789012`;
    expect(await provider.poll(parcel)).toEqual({
      carrier: 'kr.cjlogistics',
      trackingNumber: '123456789012',
      providerRef: null,
      checkpoints: [
        {
          checkpointId: `${key}:2026-08-01T00:00:00.000Z:INFORMATION_RECEIVED`,
          tracking: 'LABEL',
          occurredAt: new Date('2026-08-01T00:00:00Z'),
          detail: 'INFORMATION_RECEIVED: 접수',
        },
        expect.objectContaining({ tracking: 'PICKED_UP', detail: 'AT_PICKUP: 집화처리' }),
        expect.objectContaining({ tracking: 'DELIVERED', occurredAt: new Date('2026-08-02T06:00:00Z') }),
      ],
    });
    expect(requests[0]!.body.variables).toEqual({
      carrierId: 'kr.cjlogistics',
      trackingNumber: '123456789012',
      after: null,
    });
  });

  test('asks for no names, places and telephone numbers', async () => {
    const { provider, requests } = await startTrackerDelivery(page([]));
    await provider.poll(parcel);
    expect(requests[0]!.body.query).not.toMatch(/description|location|contact|sender|recipient|phone/);
  });

  test('reads all pages', async () => {
    const { provider, requests } = await startTrackerDelivery(
      page([node('AT_PICKUP', '2026-08-01T09:00:00Z')], 'cursor-1'),
      page([node('IN_TRANSIT', '2026-08-01T10:00:00Z')], 'cursor-2'),
      page([node('DELIVERED', '2026-08-02T10:00:00Z')]),
    );
    expect((await provider.poll(parcel))!.checkpoints.map(({ tracking }) => tracking)).toEqual([
      'PICKED_UP',
      'MOVING',
      'DELIVERED',
    ]);
    expect(requests.map(({ body }) => body.variables.after)).toEqual([null, 'cursor-1', 'cursor-2']);
  });

  test('of a list without an end stops after ten pages', async () => {
    const { provider, requests } = await startTrackerDelivery(page([node('IN_TRANSIT', null)], 'again'));
    expect((await provider.poll(parcel))!.checkpoints).toHaveLength(10);
    expect(requests).toHaveLength(10);
  });

  test('that is repeated has the same checkpoints, and a longer list begins with them', async () => {
    const events = [node('IN_TRANSIT', null), node('IN_TRANSIT', '2026-08-01T10:00:00Z'), node('IN_TRANSIT', null)];
    const { provider } = await startTrackerDelivery(page(events), page([...events, node('IN_TRANSIT', null)]));
    const first = (await provider.poll(parcel))!.checkpoints;
    const second = (await provider.poll(parcel))!.checkpoints;
    expect(second.slice(0, 3)).toEqual(first);
    expect(new Set(second.map(({ checkpointId }) => checkpointId)).size).toBe(4);
  });

  test('counts events that say the same at the same time once', async () => {
    const moving = node('IN_TRANSIT', '2026-08-01T10:00:00Z', '간선상차');
    const delivered = node('DELIVERED', '2026-08-01T12:00:00Z');
    const { provider } = await startTrackerDelivery(page([moving, moving, delivered]));
    expect((await provider.poll(parcel))!.checkpoints.map(({ tracking }) => tracking)).toEqual(['MOVING', 'DELIVERED']);
  });

  test('of a number that is not known returns null', async () => {
    for (const answer of [failed('NOT_FOUND'), failed('NOT_FOUND', 'no', 400), ok({ track: null })]) {
      const { provider } = await startTrackerDelivery(answer);
      expect(await provider.poll(parcel)).toBeNull();
    }
  });

  test('of a number without events has no checkpoints', async () => {
    for (const answer of [page([]), page(null), ok({ track: { events: null } }), page([null, { node: null }])]) {
      const { provider } = await startTrackerDelivery(answer);
      expect(await provider.poll(parcel)).toMatchObject({ checkpoints: [] });
    }
  });

  test.each<[string, unknown]>([
    ['a time without an offset', node('IN_TRANSIT', '2026-08-01T10:00:00')],
    ['a time that is none', node('IN_TRANSIT', '2026-99-99T99:99:99Z')],
    ['a time that is a number', node('IN_TRANSIT', 1_785_000_000)],
    ['a huge time', node('IN_TRANSIT', `2026-08-01T10:00:00${'0'.repeat(100_000)}Z`)],
    ['a name that is an object', node('IN_TRANSIT', null, {})],
    ['a name on two lines', node('IN_TRANSIT', null, '배송\n완료')],
    ['a huge name', node('IN_TRANSIT', null, '송'.repeat(10_000))],
  ])('leaves out %s', async (_, event) => {
    const { provider } = await startTrackerDelivery(page([event]));
    expect((await provider.poll(parcel))!.checkpoints).toMatchObject([
      { tracking: 'MOVING', occurredAt: null, detail: 'IN_TRANSIT' },
    ]);
  });

  test.each([node('DELIVERED!', null), node(5, null), { node: { time: null } }, { node: { status: null } }, 'no'])(
    'leaves out the event %j, and keeps the others',
    async (event) => {
      const { provider } = await startTrackerDelivery(page([event, node('IN_TRANSIT', null)]));
      expect((await provider.poll(parcel))!.checkpoints).toMatchObject([{ tracking: 'MOVING' }]);
    },
  );

  test.each<[string, FakeApiResponse]>([
    ['an invalid key', failed('UNAUTHENTICATED', 'no', 401)],
    ['too many calls', failed('FORBIDDEN', 'Rate limit exceeded')],
    ['an error of the server', failed('INTERNAL')],
    ['a list without its end', ok({ track: { events: { edges: [] } } })],
    ['edges that are no list', page('no')],
    ['silence', 'silence'],
  ])('that gets %s is an error that is no refusal', async (_, answer) => {
    const { provider } = await startTrackerDelivery(answer);
    await expect(provider.poll(parcel)).rejects.not.toHaveProperty('code');
  });

  test('that fails on its second page returns no half of a journey', async () => {
    const { provider } = await startTrackerDelivery(page([node('AT_PICKUP', null)], 'cursor-1'), failed('INTERNAL'));
    await expect(provider.poll(parcel)).rejects.toThrow('INTERNAL');
  });
});

test('a carrier is compared by its id', () => {
  const provider = trackerDelivery({ clientId: 'id', clientSecret: 'secret', callbackUrl });
  expect(provider).toMatchObject({ name: 'tracker-delivery', unsigned: true });
  expect(['CJ대한통운', '우체국', 'DHL'].map((carrier) => provider.tracks(carrier))).toEqual([true, true, false]);
  expect(provider.isCarrier('CJ 대한통운', 'kr.cjlogistics')).toBe(true);
  expect(provider.isCarrier('cj', 'KR.cjlogistics')).toBe(true);
  expect(provider.isCarrier('한진택배', 'kr.cjlogistics')).toBe(false);
  expect(provider.isCarrier('DHL', 'kr.cjlogistics')).toBe(false);
});
