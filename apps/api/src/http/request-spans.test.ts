import { startWebhookReceiver, type WebhookReceiver } from '@commerce-core/core/testing';
import { recordTraces, type RecordedTraces } from '@commerce-core/core/testing/traces';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { startTestApi, type TestApi } from '../testing/test-api.ts';
import { until } from '../testing/until.ts';
import { signWebhook } from '../testing/webhook.ts';

let traces: RecordedTraces;
let api: TestApi;
let receiver: WebhookReceiver;
beforeAll(async () => {
  traces = recordTraces();
  receiver = await startWebhookReceiver();
  api = await startTestApi({ tracing: traces.tracing, jobs: true });
});
afterAll(async () => {
  await api.close();
  await receiver.close();
  await traces.close();
});

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

/** Places an order by HTTP with these headers. Returns the response, and the order's id. */
async function placeOrder(headers: Record<string, string>) {
  const productId = await api.createProduct({ quantity: 5 });
  const response = await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await api.customerToken('kim')}`,
      ...headers,
    },
    body: JSON.stringify({ lines: [{ productId, quantity: 1 }] }),
  });
  const { result } = (await response.json()) as { result: { data: { id: string } } };
  return { response, orderId: result.data.id };
}

async function readTraceparents(orderId: string): Promise<Record<string, string>> {
  const { rows } = await api.database.pool.query<{ type: string; traceparent: string }>(
    'select type, traceparent from commerce.events where aggregateid = $1',
    [orderId],
  );
  return Object.fromEntries(rows.map(({ type, traceparent: stored }) => [type, stored]));
}

/** The trace of the last request for which a line was logged. */
const lastTraceId = (): unknown => api.logLines().findLast(({ msg }) => msg === 'request')?.['traceId'];

test('a request continues its caller’s trace, down to the statements and the delivery of its events', async () => {
  await api.commerce.createWebhookEndpoint({ url: receiver.url, types: ['order.created'] });
  const { orderId } = await placeOrder({ traceparent, tracestate: 'vendor=value' });
  await until(() => receiver.requests.length > 0 && traces.pathsOf(traceId).length === 5);
  expect(traces.pathsOf(traceId)).toEqual([
    'POST /trpc/order.create',
    'POST /trpc/order.create > batch',
    'POST /trpc/order.create > batch > transaction',
    'POST /trpc/order.create > batch > transaction > statements',
    'POST /trpc/order.create > deliver webhook',
  ]);
  const request = traces.spansOf(traceId).find(({ kind }) => kind === 1);
  expect(request?.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331', isRemote: true });
  expect(request?.spanContext().traceState?.serialize()).toBe('vendor=value');
  expect(request?.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/trpc/order.create',
    'http.response.status_code': 200,
    'commerce.procedures': ['order.create'],
  });
  expect(lastTraceId()).toBe(traceId);
  const [delivery] = receiver.requests;
  const stored = (await readTraceparents(orderId))['order.created'];
  expect(stored).toMatch(new RegExp(`^00-${traceId}-`));
  expect(delivery?.events[0]?.traceparent).toBe(stored);
  expect(delivery?.headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-`));
  expect(delivery?.headers).not.toHaveProperty('tracestate');
});

test('a gateway’s webhook has a span, and the events that it causes carry its trace', async () => {
  const { orderId, approval } = await createPendingOrder(api, await api.customerClient());
  const { body, headers } = signWebhook(approval);
  const gateway = traceparent.replaceAll(traceId, 'c'.repeat(32));
  const path = '/api/v1/payments/webhooks/mock';
  const response = await api.fetch(path, { method: 'POST', headers: { ...headers, traceparent: gateway }, body });
  expect(response.status).toBe(200);
  expect(traces.pathsOf('c'.repeat(32))).toContain(
    'POST /api/v1/payments/webhooks/:provider > batch > transaction > statements',
  );
  expect((await readTraceparents(orderId))['order.paid']).toMatch(/^00-c{32}-/);
});

test('a carrier’s message has a span with its route', async () => {
  await api.fetch('/api/v1/shipments/webhooks/nobody', { method: 'POST', body: '{}' });
  const span = traces.spansOf(String(lastTraceId()))[0];
  expect(span).toMatchObject({ name: 'POST /api/v1/shipments/webhooks/:provider' });
});

test('a refused call has its code, and health checks and unknown addresses have no route', async () => {
  await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const refused = traces.spansOf(String(lastTraceId()))[0];
  expect(refused).toMatchObject({ name: 'POST /trpc/order.create', status: { code: 0 } });
  expect(refused?.attributes).toMatchObject({
    'http.response.status_code': 401,
    'commerce.error.codes': ['unauthenticated'],
  });
  await api.fetch('/kim@example.com?token=hunter2');
  expect(traces.spansOf(String(lastTraceId()))).toMatchObject([{ name: 'GET' }]);
  const before = traces.spans().length;
  await api.fetch('/healthz');
  expect(traces.spans()).toHaveLength(before);
  expect(JSON.stringify(traces.spans().map(({ name, attributes }) => [name, attributes]))).not.toMatch(/kim|hunter2/);
});

describe('a header that is no trace context begins a new trace', () => {
  test.each([
    ['of an invalid form', 'nonsense', undefined],
    ['without a trace', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
    ['with SQL', `00-'; drop table commerce.events; --`, undefined],
    ['of 8 kB', 'a'.repeat(8_000), 'b=c'],
  ])('%s', async (_, given, tracestate) => {
    const { response, orderId } = await placeOrder({ traceparent: given, ...(tracestate && { tracestate }) });
    expect(response.status).toBe(200);
    const begun = String(lastTraceId());
    expect(begun).toMatch(/^[0-9a-f]{32}$/);
    expect((await readTraceparents(orderId))['order.created']).toContain(begun);
  });

  test.each([
    ['of an invalid form', ',,,===; drop'],
    ['of 8 kB', `a=${'b'.repeat(8_000)}`],
  ])('and a tracestate %s is left out', async (_, tracestate) => {
    const id = tracestate.length > 100 ? 'd'.repeat(32) : 'e'.repeat(32);
    await placeOrder({ traceparent: traceparent.replace(traceId, id), tracestate });
    expect(lastTraceId()).toBe(id);
    const request = traces.spansOf(id).find(({ kind }) => kind === 1);
    expect(request?.spanContext().traceState?.serialize() ?? '').toBe('');
  });
});
