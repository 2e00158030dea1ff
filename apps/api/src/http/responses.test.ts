import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { present, startTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi({ corsOrigins: ['https://shop.example'], corsHeaders: ['x-experiment'] });
  token = await api.customerToken('kim-of-token');
});
afterAll(() => api?.close());

const json = { 'content-type': 'application/json' };
const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = json) =>
  api.fetch(path, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...headers } } as RequestInit);

describe('every response', () => {
  const responsesOfAllRoutes = () =>
    Promise.all([
      api.fetch('/healthz'),
      api.fetch('/readyz'),
      api.fetch('/nothing'),
      api.fetch('/trpc/product.list'),
      api.fetch('/trpc/order.list'),
      api.fetch('/trpc/no.such'),
      api.fetch('/trpc/product.list,no.such?batch=1&input=%7B%7D'),
      post('/trpc/order.create', '{}'),
      post('/trpc/order.create', '{}', { 'content-type': 'text/plain' }),
      post('/trpc/order.create', 'x'.repeat(512 * 1024 + 1)),
      post('/api/v1/payments/webhooks/mock', '{}'),
      post('/api/v1/payments/webhooks/mock', 'x'.repeat(256 * 1024 + 1)),
      api.fetch('/trpc/product.list', {
        method: 'OPTIONS',
        headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
      }),
    ]);

  test('has a request id of its own and headers against caching, framing and scripts', async () => {
    const all = await responsesOfAllRoutes();
    const ids = all.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(all.length);
    for (const { url, headers } of all) {
      expect(headers.get('x-request-id'), url).toMatch(/^[\da-f-]{36}$/);
      expect(headers.get('cache-control'), url).toBe('no-store');
      expect(headers.get('x-content-type-options'), url).toBe('nosniff');
      expect(headers.get('content-security-policy'), url).toBe("default-src 'none'; frame-ancestors 'none'");
    }
  });

  test('has the caller’s request id, unless it is unfit for a log', async () => {
    const echoed = async (id: string) =>
      (await api.fetch('/trpc/no.such', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await echoed('checkout-42/a:b')).toBe('checkout-42/a:b');
    for (const id of ['with space', 'quo"te', '', 'x'.repeat(129)]) expect(await echoed(id)).toMatch(/^[\da-f-]{36}$/);
  });

  test('is one log line with caller and procedure, without secrets or personal data', async () => {
    const productId = await api.createProduct();
    const key = await api.createApiKey('orders');
    const before = api.logLines().length;
    const order = {
      lines: [{ productId, quantity: 1 }],
      contact: { name: 'Kim Minji', email: 'minji@mail.example', phone: '+82 10' },
      shippingAddress: {
        name: 'Kim Minji',
        line1: 'Sejong-daero 110',
        city: 'Seoul',
        postalCode: '04524',
        country: 'KR',
      },
    };
    const { result } = (await (
      await post('/trpc/order.create', JSON.stringify(order), { ...json, 'x-request-id': 'one' })
    ).json()) as any;
    const asked = encodeURIComponent(JSON.stringify({ orderId: result.data.id }));
    await api.fetch(`/trpc/order.get?input=${asked}&token=${token}`, { headers: { authorization: `Bearer ${key}` } });
    await api.fetch('/trpc/order.list', { headers: { authorization: `Bearer ${key}x` } });
    const lines = api.logLines().slice(before);
    const caller = { kind: 'operator', clientId: expect.any(String), apiKeyId: expect.any(String) };
    expect(lines).toMatchObject([
      {
        level: 'info',
        requestId: 'one',
        method: 'POST',
        path: '/trpc/order.create',
        procedures: ['order.create'],
        status: 200,
        caller: { kind: 'customer' },
      },
      { level: 'info', method: 'GET', path: '/trpc/order.get', procedures: ['order.get'], status: 200, caller },
      { level: 'info', path: '/trpc/order.list', status: 401, codes: ['unauthenticated'] },
    ]);
    expect(present(lines[0])['ms']).toBeGreaterThan(0);
    const text = JSON.stringify(lines);
    for (const secret of [token, key, 'Minji', 'minji', 'Sejong', '04524', '+82', 'kim-of-token', asked, productId])
      expect(text).not.toContain(secret);
  });

  test('may be read by pages of the configured origins only', async () => {
    const allowedOrigin = async (origin: string, path = '/trpc/product.list') =>
      (await api.fetch(path, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowedOrigin('https://shop.example')).toBe('https://shop.example');
    expect(await allowedOrigin('https://evil.example')).toBeNull();
    expect(await allowedOrigin('https://shop.example', '/healthz')).toBeNull();
    const preflight = await api.fetch('/trpc/order.create', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')?.split(',')).toEqual([
      'authorization',
      'content-type',
      'x-request-id',
      'idempotency-key',
      // An event source that reconnects sends it.
      'last-event-id',
      // A page with OpenTelemetry of its own sends these.
      'traceparent',
      'tracestate',
      'baggage',
      'x-experiment',
    ]);
  });
});
