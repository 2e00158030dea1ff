import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { pendingOrder } from '../testing/pending-order.ts';
import { signWebhook, type WebhookMessage } from '../testing/webhook.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customer();
  operator = await api.operator();
});
afterAll(() => api?.close());

const path = '/api/v1/payments/webhooks/mock';

const orderStatus = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const attempts = async (orderId: string) =>
  (await customer.payment.list.query({ orderId })).items.map(({ status }) => status);

describe('the same event again', () => {
  test('answers 200 with the first outcome and changes nothing', async () => {
    const { orderId, productId, approval } = await pendingOrder(api, customer);
    const eventId = randomUUID();
    const first = await api.webhook(approval, { eventId });
    const again = await api.webhook(approval, { eventId });
    expect(again).toEqual({ status: 200, body: { ...first.body, duplicate: true } });
    expect(await api.stock(productId)).toEqual([3, 0]);
    expect(
      (await customer.order.history.query({ orderId })).items.filter(({ type }) => type === 'order.paid'),
    ).toHaveLength(1);
  });

  test('50 times at once is applied once', async () => {
    const { orderId, productId, approval } = await pendingOrder(api, customer);
    const eventId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.webhook(approval, { eventId })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.outcome}`))).toEqual(new Set(['200 APPLIED']));
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    expect(await api.stock(productId)).toEqual([3, 0]);
    expect(await attempts(orderId)).toEqual(['AUTHORIZED']);
  });

  test('with other content is a conflict: 200, the first stays', async () => {
    const { orderId, approval, failure } = await pendingOrder(api, customer);
    const eventId = randomUUID();
    await api.webhook(approval, { eventId });
    expect(await api.webhook(failure, { eventId })).toMatchObject({
      status: 200,
      body: { outcome: 'CONFLICT', duplicate: true },
    });
    expect(await customer.order.get.query({ orderId })).toMatchObject({
      status: 'PAID',
      needsAttention: 'event_conflict',
    });
  });

  test('two different approvals of one payment at once pay it once', async () => {
    const { orderId, productId, approval } = await pendingOrder(api, customer);
    const answers = await Promise.all([api.webhook(approval), api.webhook(approval)]);
    expect(answers.map(({ status, body }) => `${status} ${body.effect}`).toSorted()).toEqual([
      '200 already_approved',
      '200 order_paid',
    ]);
    expect([await orderStatus(orderId), await api.stock(productId)]).toEqual(['PAID', [3, 0]]);
  });
});

describe('what no gateway of ours sent', () => {
  const refusal = (code: string) => ({ error: { code, message: expect.any(String) } });

  test.each<[string, WebhookMessage]>([
    ['signed by another secret', { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` }],
    ['301 s old', { secondsAgo: 301 }],
    ['310 s in the future', { secondsAgo: -310 }],
  ])('a message %s answers 400 and changes nothing', async (_, message) => {
    const { orderId, approval } = await pendingOrder(api, customer);
    expect(await api.webhook(approval, message)).toEqual({ status: 400, body: refusal('invalid_signature') });
    expect(await orderStatus(orderId)).toBe('PAYMENT_PENDING');
  });

  test.each([290, -300])('a message %d s old is taken: clocks differ', async (secondsAgo) => {
    const { approval } = await pendingOrder(api, customer);
    expect(await api.webhook(approval, { secondsAgo })).toMatchObject({ status: 200, body: { outcome: 'APPLIED' } });
  });

  test('a tampered body, id or time, or no signature at all, answers 400', async () => {
    const { orderId, approval } = await pendingOrder(api, customer);
    const { body, headers } = signWebhook(approval);
    const { 'webhook-signature': _, ...unsigned } = headers;
    const send = async (given: { body?: string; headers?: Record<string, string> }) => {
      const response = await api.fetch(path, { method: 'POST', body, headers, ...given });
      return { status: response.status, body: await response.json() };
    };
    const later = String(Number(headers['webhook-timestamp']) + 1);
    for (const given of [
      { body: body.replace('2000', '2001') },
      { body: `${body} ` },
      { body: '' },
      { headers: { ...headers, 'webhook-id': randomUUID() } },
      { headers: { ...headers, 'webhook-timestamp': later } },
      { headers: { ...headers, 'webhook-signature': 'v1,AAAA' } },
      { headers: unsigned },
      { headers: {} },
    ]) {
      expect(await send(given), JSON.stringify(given)).toEqual({ status: 400, body: refusal('invalid_signature') });
    }
    expect(await orderStatus(orderId)).toBe('PAYMENT_PENDING');
  });

  test.each([
    'not JSON',
    '',
    '[]',
    'null',
    '{"type":"AUTHORIZED"}',
    '{"type":"AUTHORIZED","paymentId":"x","amount":1,"currency":"KRW"}',
    JSON.stringify({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: -1, currency: 'KRW' }),
    JSON.stringify({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1.5, currency: 'KRW' }),
    JSON.stringify({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'won' }),
  ])('a signed message that is no event answers 400: %s', async (content) => {
    expect(await api.webhook(content)).toEqual({ status: 400, body: refusal('malformed_event') });
  });

  test('a body above 256 KiB answers 413, of known length or not; one below is read', async () => {
    const send = async (bytes: number, chunked: boolean) => {
      const body = new Blob(['x'.repeat(bytes)]);
      const init = chunked ? { body: body.stream(), duplex: 'half' } : { body };
      const response = await api.fetch(path, { method: 'POST', ...init } as RequestInit);
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    for (const chunked of [false, true]) {
      expect(await send(256 * 1024 + 1, chunked)).toEqual([413, 'payload_too_large']);
      expect(await send(256 * 1024, chunked)).toEqual([400, 'invalid_signature']);
    }
  });

  test('a provider that is not configured answers 404', async () => {
    const response = await api.fetch('/api/v1/payments/webhooks/stripe', { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([404, refusal('provider_not_configured')]);
  });
});

test('an event of a payment that nobody knows is kept: 200 UNMATCHED', async () => {
  const event = { type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' };
  expect(await api.webhook(event)).toMatchObject({ status: 200, body: { outcome: 'UNMATCHED', duplicate: false } });
  const { items } = await (
    await api.operator('gateway-events')
  ).gatewayEvent.list.query({ paymentId: event.paymentId });
  expect(items).toMatchObject([{ provider: 'mock', type: 'AUTHORIZED', outcome: 'UNMATCHED' }]);
  expect(items[0]).not.toHaveProperty('rawBody');
});

test('after all of this no invariant is broken', async () => {
  expect(await operator.system.doctor.query()).toEqual({ violations: [] });
});
