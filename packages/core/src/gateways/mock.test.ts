import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { gatewayFact } from '../gateway-inbox/gateway-event.ts';
import type { WebhookMessage } from './gateway.ts';
import { mockGateway } from './mock.ts';
import { startFakeGatewayApi, type FakeApiResponse } from '../testing/fake-gateway-api.ts';

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const gateway = mockGateway([secret]);
const now = new Date('2026-06-01T12:00:00Z');

function message(payload: string | Buffer, id = 'evt_1'): WebhookMessage {
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': String(now.getTime() / 1000),
    'webhook-signature': new Webhook(secret).sign(id, now, payload.toString()),
  };
  return { rawBody: Buffer.from(payload), header: (name) => headers[name] };
}

const paymentId = newId();
const approved = { type: 'AUTHORIZED' as const, paymentId, amount: 1200, currency: 'KRW' };
const receive = (body: unknown, id?: string) => gateway.receive(message(JSON.stringify(body), id), now);
const malformed = (where: string) =>
  expect.objectContaining({ code: 'malformed_event', message: `the event is not one of this gateway's${where}` });

describe('a signed message is one event', () => {
  test('for an approval', () => {
    expect(receive(approved)).toEqual([{ providerEventId: 'evt_1', ...gatewayFact(approved) }]);
  });

  test('for a failure with its code; unknown fields are ignored', () => {
    const failed = { ...approved, type: 'FAILED' as const, failureCode: 'card_declined' };
    expect(receive({ ...failed, cardLast4: '4242' }, 'evt_2')).toEqual([
      { providerEventId: 'evt_2', ...gatewayFact(failed) },
    ]);
  });

  test('of type OTHER when its type is unknown, with any content', () => {
    expect(receive({ ...approved, type: 'SETTLED', amount: 'much' })).toEqual([
      { providerEventId: 'evt_1', ...gatewayFact({ type: 'OTHER', paymentId }) },
    ]);
    expect(receive({ type: 'PAYOUT_ANNOUNCED', paymentId: 'several' })[0]).toMatchObject({
      type: 'OTHER',
      paymentId: null,
    });
  });

  test('with the payment id in lower case', () => {
    expect(receive({ ...approved, paymentId: paymentId.toUpperCase() })[0]!.paymentId).toBe(paymentId);
  });
});

describe('a signed message that cannot be read is malformed', () => {
  test.each<[where: string, body: unknown]>([
    [': type', { ...approved, type: 7 }],
    [': type', { ...approved, type: undefined }],
    [': type', { ...approved, type: 'a\u0000b' }],
    [': paymentId', { ...approved, paymentId: 'pay_1' }],
    [': paymentId', { ...approved, paymentId: undefined }],
    [': amount', { ...approved, amount: -1 }],
    [': amount', { ...approved, amount: 12.5 }],
    [': amount', { ...approved, amount: '1200' }],
    [': amount', { ...approved, amount: 2 ** 53 }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: '' }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: 'a'.repeat(201) }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: 'a\u0000b' }],
    ['', [approved]],
    ['', null],
  ])('%s of %j', (where, body) => {
    expect(() => receive(body)).toThrow(malformed(where));
  });

  test.each([
    ['a body that is not JSON', 'type=AUTHORIZED'],
    ['an empty body', ''],
    ['a truncated body', JSON.stringify(approved).slice(0, -1)],
  ])('%s', (_, text) => {
    expect(() => gateway.receive(message(text), now)).toThrow(malformed(''));
  });

  test('with an id of more than 300 characters', () => {
    expect(receive(approved, 'e'.repeat(300))).toHaveLength(1);
    expect(() => receive(approved, 'e'.repeat(301))).toThrow(malformed(''));
  });

  test('the error repeats nothing of the message', () => {
    expect(() => receive({ ...approved, paymentId: 'secret-of-a-shopper' })).toThrow(malformed(': paymentId'));
  });
});

describe('a message with a wrong signature is rejected', () => {
  test.each([JSON.stringify(approved), 'no JSON'])('%s', (text) => {
    const { rawBody } = message(text);
    const header = (name: string) => (name === 'webhook-signature' ? 'v1,AAAA' : message(text).header(name));
    const refusal = expect.objectContaining({ code: 'invalid_signature' });
    expect(() => gateway.receive({ rawBody, header }, now)).toThrow(refusal);
  });
});

describe('the time until which a payment can be paid', () => {
  const pending = (payableUntil: unknown) => ({ ...approved, type: 'PENDING' as const, payableUntil });

  test.each(['-271821-04-20T00:00:00Z', '1999-12-31T23:59:59Z', '9999-12-31T00:00:00Z', '2026-06-01', 0, 8.64e15])(
    '%s is malformed',
    (payableUntil) => {
      expect(() => receive(pending(payableUntil))).toThrow(malformed(': payableUntil'));
    },
  );

  test('is at most a year from now', () => {
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60 * 1000);
    expect(receive(pending(inDays(365)))).toMatchObject([{ type: 'PENDING', payableUntil: expect.any(Date) }]);
    expect(receive(pending(null))).toMatchObject([{ payableUntil: null }]);
    expect(() => receive(pending(inDays(367)))).toThrow(malformed(': payableUntil'));
  });
});

test('a body that is not valid UTF-8 is malformed', () => {
  const [before, after] = JSON.stringify({ ...approved, note: '|' }).split('|') as [string, string];
  const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
  const key = Buffer.from(secret.slice(6), 'base64');
  const digest = createHmac('sha256', key)
    .update(`evt_1.${now.getTime() / 1000}.`)
    .update(bytes)
    .digest('base64');
  const { header } = message('');
  const signed = (name: string) => (name === 'webhook-signature' ? `v1,${digest}` : header(name));
  expect(() => gateway.receive({ rawBody: bytes, header: signed }, now)).toThrow(malformed(''));
});

test('a wrong secret throws when the gateway is made, not when a message comes', () => {
  expect(() => mockGateway(['hunter2'])).toThrow('a webhook secret is whsec_ and at least 16 bytes in base64');
});

describe('an answer that leaves the outcome unknown is not a refusal', () => {
  const payment = {
    id: paymentId,
    orderId: newId(),
    currency: 'KRW',
    amount: 1200,
    authorizedAmount: 0,
    capturedAmount: 0,
    capture: 'MANUAL' as const,
    method: null,
    gatewayPaymentId: null,
  };
  test.each<[string, FakeApiResponse, string]>([
    ['a 500', { status: 500 }, 'the gateway gave no usable answer: 500'],
    ['too many calls', { status: 429 }, 'the gateway gave no usable answer: 429'],
    ['a connection that breaks', 'hang up', 'the gateway gave no usable answer: UND_ERR_SOCKET'],
    ['a time-out', 'silence', 'the gateway gave no usable answer: nothing within 50 ms'],
    ['a 404 without a code', { status: 404, body: '<html>' }, 'the gateway answered 404'],
    ['an answer without facts', { status: 200, body: {} }, 'the gateway answered without facts'],
    [
      'an unreadable fact',
      { status: 200, body: { facts: [{ type: 'CAPTURED' }] } },
      "the gateway answered a fact that can't be read: paymentId",
    ],
  ])('%s', async (_, answer, message) => {
    const { url } = await startFakeGatewayApi(() => answer);
    const gateway = mockGateway([secret], {
      url,
      policy: { timeoutMs: answer === 'silence' ? 50 : 10_000, triesMax: 1 },
    });
    await expect(gateway.capture(payment, 1200)).rejects.toEqual(new Error(message));
  });
});
