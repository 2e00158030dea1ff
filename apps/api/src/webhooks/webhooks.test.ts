import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { signWebhook, type WebhookMessage } from '../testing/webhook.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient();
  operator = await api.operatorClient();
});
afterAll(() => api?.close());

const path = '/api/v1/payments/webhooks/mock';

const orderStatus = async (orderId: string) => (await customer.order.get.query({ orderId })).status;
const paymentStatuses = async (orderId: string) =>
  (await customer.payment.list.query({ orderId })).items.map(({ status }) => status);

describe('a duplicate webhook', () => {
  test('returns 200 with the first outcome and changes nothing', async () => {
    const { orderId, productId, approval } = await createPendingOrder(api, customer);
    const eventId = randomUUID();
    const first = await api.sendWebhook(approval, { eventId });
    const again = await api.sendWebhook(approval, { eventId });
    expect(again).toEqual({ status: 200, body: { ...first.body, duplicate: true } });
    expect(await api.readStock(productId)).toEqual([3, 0]);
    expect(
      (await customer.order.history.query({ orderId })).items.filter(({ type }) => type === 'order.paid'),
    ).toHaveLength(1);
  });

  test('that arrives 50 times at once is applied once', async () => {
    const { orderId, productId, approval } = await createPendingOrder(api, customer);
    const eventId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.sendWebhook(approval, { eventId })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.outcome}`))).toEqual(new Set(['200 APPLIED']));
    expect(answers.filter(({ body }) => !body.duplicate)).toHaveLength(1);
    expect(await api.readStock(productId)).toEqual([3, 0]);
    expect(await paymentStatuses(orderId)).toEqual(['AUTHORIZED']);
  });

  test('with another body is a CONFLICT, gets a 200 and changes nothing', async () => {
    const { orderId, approval, failure } = await createPendingOrder(api, customer);
    const eventId = randomUUID();
    await api.sendWebhook(approval, { eventId });
    expect(await api.sendWebhook(failure, { eventId })).toMatchObject({
      status: 200,
      body: { outcome: 'CONFLICT', duplicate: true },
    });
    expect(await customer.order.get.query({ orderId })).toMatchObject({
      status: 'PAID',
      needsAttention: 'event_conflict',
    });
  });

  test('with an event id of its own does not pay the order twice', async () => {
    const { orderId, productId, approval } = await createPendingOrder(api, customer);
    const answers = await Promise.all([api.sendWebhook(approval), api.sendWebhook(approval)]);
    expect(answers.map(({ status, body }) => `${status} ${body.effect}`).toSorted()).toEqual([
      '200 already_approved',
      '200 order_paid',
    ]);
    expect([await orderStatus(orderId), await api.readStock(productId)]).toEqual(['PAID', [3, 0]]);
  });
});

describe('an invalid webhook', () => {
  const refusal = (code: string) => ({ error: { code, message: expect.any(String), hint: expect.any(String) } });

  test.each<[string, WebhookMessage]>([
    ['signed by another secret', { secret: `whsec_${Buffer.alloc(24, 8).toString('base64')}` }],
    ['301 s old', { secondsAgo: 301 }],
    ['310 s in the future', { secondsAgo: -310 }],
  ])('%s gets a 400 and changes nothing', async (_, message) => {
    const { orderId, approval } = await createPendingOrder(api, customer);
    expect(await api.sendWebhook(approval, message)).toEqual({ status: 400, body: refusal('invalid_signature') });
    expect(await orderStatus(orderId)).toBe('PAYMENT_PENDING');
  });

  test.each([290, -300])('that is only %d s old is accepted, because clocks differ', async (secondsAgo) => {
    const { approval } = await createPendingOrder(api, customer);
    expect(await api.sendWebhook(approval, { secondsAgo })).toMatchObject({
      status: 200,
      body: { outcome: 'APPLIED' },
    });
  });

  test('with a changed body, id or time, or without a signature gets a 400', async () => {
    const { orderId, approval } = await createPendingOrder(api, customer);
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
  ])('that is signed but is not an event gets a 400: %s', async (content) => {
    expect(await api.sendWebhook(content)).toEqual({ status: 400, body: refusal('malformed_event') });
  });

  test('above 256 KiB gets a 413, with and without Content-Length', async () => {
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

  test('for a provider that is not configured gets a 404', async () => {
    const response = await api.fetch('/api/v1/payments/webhooks/stripe', { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([404, refusal('provider_not_configured')]);
  });
});

test('a signed event of an unknown payment is stored as UNMATCHED and gets a 200', async () => {
  const event = { type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' };
  expect(await api.sendWebhook(event)).toMatchObject({ status: 200, body: { outcome: 'UNMATCHED', duplicate: false } });
  const { items } = await (
    await api.operatorClient('gateway-events')
  ).gatewayEvent.list.query({ paymentId: event.paymentId });
  expect(items).toMatchObject([{ provider: 'mock', type: 'AUTHORIZED', outcome: 'UNMATCHED' }]);
  expect(items[0]).not.toHaveProperty('rawBody');
});

test('no test of this file has broken an invariant', async () => {
  expect(await operator.system.doctor.query()).toEqual({ violations: [] });
});
