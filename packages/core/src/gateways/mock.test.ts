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
  test('an approval', () => {
    expect(receive(approved)).toEqual([{ providerEventId: 'evt_1', ...gatewayFact(approved) }]);
  });

  test('a failure with its code; what else the gateway says is left aside', () => {
    const failed = { ...approved, type: 'FAILED' as const, failureCode: 'card_declined' };
    expect(receive({ ...failed, cardLast4: '4242' }, 'evt_2')).toEqual([
      { providerEventId: 'evt_2', ...gatewayFact(failed) },
    ]);
  });

  test('one of a type that came later is another fact, whatever it holds', () => {
    expect(receive({ ...approved, type: 'SETTLED', amount: 'much' })).toEqual([
      { providerEventId: 'evt_1', ...gatewayFact({ type: 'OTHER', paymentId }) },
    ]);
    expect(receive({ type: 'PAYOUT_ANNOUNCED', paymentId: 'several' })[0]).toMatchObject({
      type: 'OTHER',
      paymentId: null,
    });
  });

  test('ids are equal however they are spelled', () => {
    expect(receive({ ...approved, paymentId: paymentId.toUpperCase() })[0]!.paymentId).toBe(paymentId);
  });
});

describe('a signed message that is no event of ours is malformed', () => {
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
    [': currency', { ...approved, currency: 'krw' }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: '' }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: 'a'.repeat(201) }],
    [': failureCode', { ...approved, type: 'FAILED', failureCode: 'a\u0000b' }],
    ['', [approved]],
    ['', null],
  ])('%s of %j', (where, body) => {
    expect(() => receive(body)).toThrow(malformed(where));
  });

  test.each([
    ['no JSON', 'type=AUTHORIZED'],
    ['nothing', ''],
    ['half of it', JSON.stringify(approved).slice(0, -1)],
  ])('%s', (_, text) => {
    expect(() => gateway.receive(message(text), now)).toThrow(malformed(''));
  });

  test('an id that is too long to keep', () => {
    expect(receive(approved, 'e'.repeat(300))).toHaveLength(1);
    expect(() => receive(approved, 'e'.repeat(301))).toThrow(malformed(''));
  });

  test('the refusal repeats nothing of the message', () => {
    expect(() => receive({ ...approved, currency: 'secret-of-a-shopper' })).toThrow(malformed(': currency'));
  });
});

describe('an unsigned message is refused, whatever it says', () => {
  test.each([JSON.stringify(approved), 'no JSON'])('%s', (text) => {
    const { rawBody } = message(text);
    const header = (name: string) => (name === 'webhook-signature' ? 'v1,AAAA' : message(text).header(name));
    const refusal = expect.objectContaining({ code: 'invalid_signature' });
    expect(() => gateway.receive({ rawBody, header }, now)).toThrow(refusal);
  });
});

test('bytes that are no UTF-8 are no event', () => {
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

test('a secret that is none is found when the shop starts, not when a message comes', () => {
  expect(() => mockGateway(['hunter2'])).toThrow('a webhook secret is whsec_ and at least 16 bytes in base64');
});

describe('an answer that leaves the outcome open is no refusal', () => {
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
    ['an error of its own', { status: 500 }, 'the gateway gave no usable answer: 500'],
    ['too many calls', { status: 429 }, 'the gateway gave no usable answer: 429'],
    ['a connection that breaks', 'hang up', 'the gateway gave no usable answer: UND_ERR_SOCKET'],
    ['silence', 'silence', 'the gateway gave no usable answer: nothing within 50 ms'],
    ['a no without a code', { status: 404, body: '<html>' }, 'the gateway answered 404'],
    ['no facts', { status: 200, body: {} }, 'the gateway answered without facts'],
    [
      'an unreadable fact',
      { status: 200, body: { facts: [{ type: 'CAPTURED' }] } },
      "the gateway answered a fact that can't be read: paymentId",
    ],
  ])('%s', async (_, answer, message) => {
    const { url } = await startFakeGatewayApi(() => answer);
    const calling = mockGateway([secret], {
      url,
      policy: { timeoutMs: answer === 'silence' ? 50 : 10_000, triesMax: 1 },
    });
    await expect(calling.capture(payment, 1200)).rejects.toEqual(new Error(message));
  });
});
