import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi({ corsOrigins: ['https://shop.example'] });
  token = await api.token('kim@mail.example');
});
afterAll(() => api?.close());

const json = { 'content-type': 'application/json' };
const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = json) =>
  api.fetch(path, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...headers } } as RequestInit);
const told = async (response: Response): Promise<any> => ({
  status: response.status,
  ...((await response.json()) as object),
});
const trpcRefusal = (status: number, code: string, commerce: string) => ({
  status,
  error: { data: { code, httpStatus: status, commerce: { code: commerce } } },
});

describe('a request that is not for any procedure', () => {
  test('an unknown address answers 404 in JSON', async () => {
    for (const path of ['/', '/nothing', '/api/v1/payments/webhooks', '/api/v1/payments/webhooks/mock/more']) {
      expect(await told(await api.fetch(path)), path).toMatchObject({ status: 404, error: { code: 'not_found' } });
    }
  });

  test('an unknown procedure answers 404, also one named like a property of objects', async () => {
    for (const name of ['', 'order', 'order.steal', 'constructor', '__proto__', 'order.__proto__', 'order.get%2Cx']) {
      expect(await told(await api.fetch(`/trpc/${name}`)), name).toMatchObject(
        trpcRefusal(404, 'NOT_FOUND', 'not_found'),
      );
    }
  });

  test('an address that cannot be decoded answers 400', async () => {
    expect(await told(await api.fetch('/trpc/%E0%A4%A'))).toMatchObject({
      ...trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'),
      error: { message: 'the request is not well-formed' },
    });
  });

  test('a query asked by POST, and a mutation by GET, answer 405', async () => {
    expect(await told(await post('/trpc/product.list', '{}'))).toMatchObject(
      trpcRefusal(405, 'METHOD_NOT_SUPPORTED', 'validation_failed'),
    );
    expect(await told(await api.fetch('/trpc/order.create'))).toMatchObject(
      trpcRefusal(405, 'METHOD_NOT_SUPPORTED', 'validation_failed'),
    );
  });
});

describe('what /trpc takes', () => {
  test('a body that is not JSON by its type answers 415', async () => {
    const form = new FormData();
    form.set('lines', 'x');
    const typed = trpcRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'validation_failed');
    expect(await told(await post('/trpc/order.create', form, {}))).toMatchObject(typed);
    for (const type of [
      'text/plain',
      'application/octet-stream',
      'application/jsonp',
      'application/x-www-form-urlencoded',
    ]) {
      expect(await told(await post('/trpc/order.create', '{}', { 'content-type': type })), type).toMatchObject(typed);
    }
  });

  test('a body that is not JSON by its content answers 400, without a word of it', async () => {
    const body = await told(await post('/trpc/order.create', '{"lines": my-secret'));
    expect(body).toMatchObject(trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'));
    expect(body.error.message).toBe('the input is not well-formed JSON');
  });

  test('a body above 1 MiB answers 413, of known length or not', async () => {
    const large = new Blob(['x'.repeat(1024 * 1024 + 1)]);
    const refusal = trpcRefusal(413, 'PAYLOAD_TOO_LARGE', 'payload_too_large');
    expect(await told(await post('/trpc/order.create', large))).toMatchObject(refusal);
    const stream = { method: 'POST', body: large.stream(), duplex: 'half', headers: json } as RequestInit;
    expect(await told(await api.fetch('/trpc/order.create', stream))).toMatchObject(refusal);
  });

  test('a body that ends in the middle is nobody’s fault here', async () => {
    for (const path of ['/trpc/order.create', '/api/v1/payments/webhooks/mock']) {
      const before = api.log().length;
      const type = ['Content-Type: application/json'];
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      socket.write(
        [`POST ${path} HTTP/1.1`, 'Host: x', 'Transfer-Encoding: chunked', ...type, '', '3', '{"l', ''].join('\r\n'),
      );
      await once(socket, 'connect');
      socket.end();
      const line = await until(() => api.log()[before]);
      expect(line, path).toMatchObject({ level: 'info', status: 400 });
    }
  });

  test('50 calls travel together, 51 answer 400', async () => {
    const batch = (size: number) => api.fetch(`/trpc/${Array(size).fill('product.list').join()}?batch=1&input=%7B%7D`);
    const fifty = await batch(50);
    expect([fifty.status, await fifty.json()]).toEqual([
      200,
      Array(50).fill({ result: { data: { items: [], nextCursor: null } } }),
    ]);
    expect(await told(await batch(51))).toMatchObject(trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'));
  });

  test('each call of a batch is answered for itself', async () => {
    const input = encodeURIComponent(JSON.stringify({ 1: { orderId: randomUUID() } }));
    const response = await api.fetch(`/trpc/product.list,order.get,no.such?batch=1&input=${input}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject([
      { result: { data: { items: [] } } },
      { error: { data: { httpStatus: 404, commerce: { code: 'order_not_found' } } } },
      { error: { data: { httpStatus: 404, commerce: { code: 'not_found' } } } },
    ]);
  });
});

describe('every answer', () => {
  const answers = () =>
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
      post('/trpc/order.create', 'x'.repeat(1024 * 1024 + 1)),
      post('/api/v1/payments/webhooks/mock', '{}'),
      post('/api/v1/payments/webhooks/mock', 'x'.repeat(256 * 1024 + 1)),
      api.fetch('/trpc/product.list', {
        method: 'OPTIONS',
        headers: { origin: 'https://shop.example', 'access-control-request-method': 'GET' },
      }),
    ]);

  test('has a request id of its own, must not be kept, and is not for frames or scripts', async () => {
    const all = await answers();
    const ids = all.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(all.length);
    for (const { url, headers } of all) {
      expect(headers.get('x-request-id'), url).toMatch(/^[\da-f-]{36}$/);
      expect(headers.get('cache-control'), url).toBe('no-store');
      expect(headers.get('x-content-type-options'), url).toBe('nosniff');
      expect(headers.get('content-security-policy'), url).toBe("default-src 'none'; frame-ancestors 'none'");
    }
  });

  test('carries the caller’s request id, unless it is unfit for a log', async () => {
    const echoed = async (id: string) =>
      (await api.fetch('/trpc/no.such', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(await echoed('checkout-42/a:b')).toBe('checkout-42/a:b');
    for (const id of ['with space', 'quo"te', '', 'x'.repeat(129)]) expect(await echoed(id)).toMatch(/^[\da-f-]{36}$/);
  });

  test('is one line in the log, with who asked what, and nothing that opens doors or names people', async () => {
    const productId = await api.product();
    const key = await api.apiKey('orders');
    const before = api.log().length;
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
    const lines = api.log().slice(before);
    const caller = { kind: 'operator', apiKeyId: expect.any(String) };
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
    expect(lines[0]!['ms']).toBeGreaterThan(0);
    const text = JSON.stringify(lines);
    for (const secret of [token, key, 'Minji', 'minji', 'Sejong', '04524', '+82', 'kim@', asked, productId])
      expect(text).not.toContain(secret);
  });

  test('to a page of another origin is open only where that origin is named', async () => {
    const ask = async (origin: string, path = '/trpc/product.list') =>
      (await api.fetch(path, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await ask('https://shop.example')).toBe('https://shop.example');
    expect(await ask('https://evil.example')).toBeNull();
    expect(await ask('https://shop.example', '/healthz')).toBeNull();
    const preflight = await api.fetch('/trpc/order.create', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('authorization'),
    ]);
  });
});
