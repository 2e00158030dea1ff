import { createHmac } from 'node:crypto';
import type { FakeApiResponse } from '@commerce-core/core/testing';
import { describe, expect, test } from 'vitest';
import {
  created,
  creating,
  failed,
  listing,
  missing,
  ok,
  parcel,
  reading,
  refusal,
  registeredParcel,
  startEasyPost,
} from './emulated-api.testing.ts';
import { event, tracker } from './events.testing.ts';
import { easyPostTracking } from './provider.ts';

const settings = { apiKey: 'EZTK1', webhookSecrets: ['secret'] };

describe('a registration', () => {
  test('creates the tracker with basic authentication, and returns what it states', async () => {
    const { provider, requests } = await startEasyPost({ [creating]: [created()] });
    const registration = await provider.register({ ...parcel, carrier: 'Fed Ex', trackingNumber: ' 1 ' });
    expect(registration).toMatchObject({
      providerRef: 'trk_1',
      renewAt: null,
      report: { carrier: 'FedEx', trackingNumber: '1', checkpoints: [{ tracking: 'LABEL' }, { tracking: 'MOVING' }] },
    });
    expect(requests).toMatchObject([
      {
        call: creating,
        headers: { authorization: 'Basic RVpUSzE6', 'content-type': 'application/json' },
        body: { tracker: { tracking_code: '1', carrier: 'FedEx' } },
      },
    ]);
  });

  test('that is repeated gets the tracker that exists', async () => {
    const { provider } = await startEasyPost({ [creating]: [created(), ok()] });
    expect(await provider.register(parcel)).toEqual(await provider.register(parcel));
  });

  test('has no report while EasyPost names no carrier', async () => {
    const { provider } = await startEasyPost({ [creating]: [created(tracker({ carrier: null }))] });
    expect(await provider.register(parcel)).toEqual({ providerRef: 'trk_1', renewAt: null, report: null });
  });

  test.each<[number, string]>([
    [422, 'TRACKER.CREATE.ERROR'],
    [400, 'PARAMETER.REQUIRED'],
  ])('that EasyPost answers by %i %s is refused', async (status, code) => {
    const { provider, calls } = await startEasyPost({ [creating]: [failed(status, code)] });
    await expect(provider.register(parcel)).rejects.toEqual(refusal(code));
    expect(calls()).toEqual([creating]);
  });

  test('for a carrier that EasyPost does not track is refused without a call', async () => {
    const { provider, calls } = await startEasyPost({});
    await expect(provider.register({ ...parcel, carrier: 'CJ대한통운' })).rejects.toEqual(
      refusal('carrier_not_tracked'),
    );
    expect(calls()).toEqual([]);
  });

  test.each<[number, string]>([
    [401, 'UNAUTHORIZED'],
    [402, 'PAYMENT_REQUIRED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
  ])('that EasyPost answers by %i stays open, because the answer is about the shop', async (status, code) => {
    const { provider } = await startEasyPost({ [creating]: [failed(status, code)] });
    await expect(provider.register(parcel)).rejects.toThrow(`EasyPost responded with ${status} ${code}`);
    await expect(provider.register(parcel)).rejects.not.toHaveProperty('code');
  });

  test.each<[string, FakeApiResponse]>([
    ['422 without a code', { status: 422, body: { error: 'no' } }],
    ['422 with a code of blanks', failed(422, 'a b')],
    ['422 that is not JSON', { status: 422, body: '<html>' }],
    ['a redirect', { status: 302, body: {} }],
    ['a tracker without an id', created(tracker({ id: null }))],
    ['an empty answer', ok('')],
    ['a list', ok([])],
  ])('that gets %s stays open', async (_, answer) => {
    const { provider } = await startEasyPost({ [creating]: [answer] });
    await expect(provider.register(parcel)).rejects.not.toHaveProperty('code');
  });

  test.each(['silence', 'hang up', { status: 500 }, { status: 503 }, { status: 429 }] as const)(
    'is repeated once after %j, and then stays open',
    async (answer) => {
      const { provider, calls } = await startEasyPost({ [creating]: [answer] });
      await expect(provider.register(parcel)).rejects.toThrow('no usable answer');
      expect(calls()).toEqual([creating, creating]);
    },
  );

  test('succeeds by its repetition', async () => {
    const { provider } = await startEasyPost({ [creating]: ['hang up', ok()] });
    expect(await provider.register(parcel)).toMatchObject({ providerRef: 'trk_1' });
  });

  test('never puts the key or the answer into an error', async () => {
    const { provider } = await startEasyPost({ [creating]: [failed(401, 'UNAUTHORIZED', 'Jane Doe')] });
    await expect(provider.register(parcel)).rejects.not.toThrow(/EZTK1|Jane/);
  });

  test('with a long message, or one that is no text, is refused with its code', async () => {
    for (const message of ['x'.repeat(10_000), ['x'], null]) {
      const { provider } = await startEasyPost({ [creating]: [failed(422, 'TRACKER.CREATE.ERROR', message)] });
      await expect(provider.register(parcel)).rejects.toMatchObject({
        name: 'TrackingRefusal',
        code: 'TRACKER.CREATE.ERROR',
        message: expect.stringMatching(/^.{1,200}$/),
      });
    }
  });
});

describe('a poll', () => {
  test('reads the tracker of the registration', async () => {
    const { provider, calls } = await startEasyPost({ [reading]: [ok()] });
    expect(await provider.poll(registeredParcel)).toMatchObject({ providerRef: 'trk_1', trackingNumber: '1' });
    expect(calls()).toEqual([reading]);
  });

  test('reports the same facts as the webhook', async () => {
    const { provider } = await startEasyPost({ [reading]: [ok()] });
    const rawBody = Buffer.from(JSON.stringify(event()));
    const signature = `hmac-sha256-hex=${createHmac('sha256', 'secret').update(rawBody).digest('hex')}`;
    const { reports } = provider.receive({ rawBody, header: () => signature }, new Date());
    expect(reports).toEqual([await provider.poll(registeredParcel)]);
  });

  test('finds the tracker by number when the registration has none, or is of another number', async () => {
    const list = ok({ trackers: [tracker({ id: 'trk_2', tracking_code: '12' }), tracker()], has_more: false });
    const { provider, calls } = await startEasyPost({
      [listing]: [list],
      [reading]: [missing, ok(tracker({ tracking_code: '77' })), ok(tracker({ carrier: 'UPS' }))],
    });
    expect(await provider.poll(parcel)).toMatchObject({ providerRef: 'trk_1' });
    for (let round = 0; round < 3; round += 1)
      expect(await provider.poll(registeredParcel)).toMatchObject({ providerRef: 'trk_1', carrier: 'FedEx' });
    expect(calls()).toEqual([listing, reading, listing, reading, listing, reading, listing]);
  });

  test('of a parcel that EasyPost does not know returns null', async () => {
    const { provider } = await startEasyPost({ [reading]: [missing], [listing]: [ok({ trackers: [] })] });
    expect(await provider.poll(registeredParcel)).toBeNull();
    expect(await provider.poll(parcel)).toBeNull();
  });

  test.each(['silence', { status: 500 }, failed(401, 'UNAUTHORIZED'), ok({ trackers: 5 })] as const)(
    'that gets %j is an error that is no refusal',
    async (answer) => {
      const { provider } = await startEasyPost({ [reading]: [missing], [listing]: [answer] });
      await expect(provider.poll(registeredParcel)).rejects.not.toHaveProperty('code');
    },
  );
});

describe('a webhook', () => {
  const provider = easyPostTracking(settings);
  const rawBody = Buffer.from(JSON.stringify(event()));
  const header = `hmac-sha256-hex=${createHmac('sha256', 'secret').update(rawBody).digest('hex')}`;
  const receive = (body: Buffer) =>
    provider.receive(
      { rawBody: body, header: (name) => (name === 'x-hmac-signature' ? header : undefined) },
      new Date(),
    );

  test('that is replayed later is accepted with the same event id, which tells that it is the same', () => {
    expect(receive(rawBody).eventId).toBe('evt_1');
    expect(receive(rawBody)).toEqual(receive(rawBody));
  });

  test('is verified before it is read', () => {
    for (const body of ['', '{', '[]', 'x'.repeat(1_000_000)])
      expect(() => receive(Buffer.from(body))).toThrow(expect.objectContaining({ code: 'invalid_signature' }));
  });
});

test('tracks the carriers of its table and those that are added', () => {
  const provider = easyPostTracking({ ...settings, carriers: { 'Our courier': 'OnTrac' } });
  expect(provider.name).toBe('easypost');
  expect(['UPS', 'our-courier', 'CJ대한통운'].map((carrier) => provider.tracks(carrier))).toEqual([true, true, false]);
  expect(provider.isCarrier('Our courier', 'OnTrac')).toBe(true);
});

test.each([[[]], [['']], [['secret', '']]])('the secrets %j are refused', (webhookSecrets) => {
  expect(() => easyPostTracking({ ...settings, webhookSecrets })).toThrow('EasyPost needs a webhook secret');
});
