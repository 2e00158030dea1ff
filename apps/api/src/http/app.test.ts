import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  token = await api.customerToken('kim');
});
afterAll(() => api?.close());

const json = { 'content-type': 'application/json' };
const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = json) =>
  api.fetch(path, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...headers } } as RequestInit);
const readResponse = async (response: Response): Promise<any> => ({
  status: response.status,
  ...((await response.json()) as object),
});
const trpcRefusal = (status: number, code: string, commerce: string) => ({
  status,
  error: { data: { code, httpStatus: status, commerce: { code: commerce } } },
});

describe('a request for no procedure', () => {
  test('to an unknown address gets a 404 in JSON', async () => {
    for (const path of ['/', '/nothing', '/api/v1/payments/webhooks', '/api/v1/payments/webhooks/mock/more']) {
      expect(await readResponse(await api.fetch(path)), path).toMatchObject({
        status: 404,
        error: { code: 'not_found' },
      });
    }
  });

  test('to an unknown procedure gets a 404, also with a name like an object’s property', async () => {
    for (const name of ['', 'order', 'order.steal', 'constructor', '__proto__', 'order.__proto__', 'order.get%2Cx']) {
      expect(await readResponse(await api.fetch(`/trpc/${name}`)), name).toMatchObject(
        trpcRefusal(404, 'NOT_FOUND', 'not_found'),
      );
    }
  });

  test('to an address that cannot be decoded gets a 400', async () => {
    expect(await readResponse(await api.fetch('/trpc/%E0%A4%A'))).toMatchObject({
      ...trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'),
      error: { message: 'the request is not well-formed' },
    });
  });

  test('a query by POST and a mutation by GET get a 405', async () => {
    expect(await readResponse(await post('/trpc/product.list', '{}'))).toMatchObject(
      trpcRefusal(405, 'METHOD_NOT_SUPPORTED', 'validation_failed'),
    );
    expect(await readResponse(await api.fetch('/trpc/order.create'))).toMatchObject(
      trpcRefusal(405, 'METHOD_NOT_SUPPORTED', 'validation_failed'),
    );
  });
});

describe('/trpc', () => {
  test('rejects a content type other than JSON with 415', async () => {
    const form = new FormData();
    form.set('lines', 'x');
    const typed = trpcRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'validation_failed');
    expect(await readResponse(await post('/trpc/order.create', form, {}))).toMatchObject(typed);
    for (const type of [
      'text/plain',
      'application/octet-stream',
      'application/jsonp',
      'application/x-www-form-urlencoded',
    ]) {
      expect(await readResponse(await post('/trpc/order.create', '{}', { 'content-type': type })), type).toMatchObject(
        typed,
      );
    }
  });

  test('rejects bytes that are not UTF-8 with 400, in each place of a request', async () => {
    const refusal = trpcRefusal(400, 'BAD_REQUEST', 'invalid_encoding');
    const body = Buffer.concat([Buffer.from('{"contact":{"name":"'), Buffer.from([0xb1, 0xe8]), Buffer.from('"}}')]);
    expect(await readResponse(await post('/trpc/order.create', body))).toMatchObject(refusal);
    expect(await readResponse(await post('/trpc/order.create,order.cancel?batch=1', body))).toMatchObject(refusal);
    const query = '/trpc/order.list?input=%7B%22customerId%22%3A%22%B1%E8%22%7D';
    expect(await readResponse(await api.fetch(query))).toMatchObject(refusal);
  });

  test('rejects a declared charset other than UTF-8 with 415', async () => {
    const statusOf = async (type: string) => (await post('/trpc/order.create', '{}', { 'content-type': type })).status;
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8']) {
      expect(await statusOf(`application/json; charset=${charset}`), charset).toBe(400);
    }
    for (const charset of ['euc-kr', 'utf-16', 'iso-8859-1', '', 'utf-8x']) {
      expect(await statusOf(`application/json;charset=${charset}`), charset).toBe(415);
    }
  });

  test('rejects malformed JSON with 400 and does not repeat it', async () => {
    const body = await readResponse(await post('/trpc/order.create', '{"lines": my-secret'));
    expect(body).toMatchObject(trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'));
    expect(body.error.message).toBe('the input is not well-formed JSON');
  });

  test('rejects a body above 512 KiB with 413, with and without Content-Length', async () => {
    const large = new Blob(['x'.repeat(512 * 1024 + 1)]);
    const refusal = trpcRefusal(413, 'PAYLOAD_TOO_LARGE', 'payload_too_large');
    expect(await readResponse(await post('/trpc/order.create', large))).toMatchObject(refusal);
    const stream = { method: 'POST', body: large.stream(), duplex: 'half', headers: json } as RequestInit;
    expect(await readResponse(await api.fetch('/trpc/order.create', stream))).toMatchObject(refusal);
  });

  test('logs an incomplete body as a 400 and not as a server error', async () => {
    for (const path of ['/trpc/order.create', '/api/v1/payments/webhooks/mock']) {
      const before = api.logLines().length;
      const type = ['Content-Type: application/json'];
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      socket.write(
        [`POST ${path} HTTP/1.1`, 'Host: x', 'Transfer-Encoding: chunked', ...type, '', '3', '{"l', ''].join('\r\n'),
      );
      await once(socket, 'connect');
      socket.end();
      const line = await until(() => api.logLines()[before]);
      expect(line, path).toMatchObject({ level: 'info', status: 400 });
    }
  });

  test('accepts a batch of 50 calls and rejects 51 with 400', async () => {
    const batch = (size: number) => {
      const input = encodeURIComponent(
        JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, n) => [n, { limit: 10 }]))),
      );
      return api.fetch(`/trpc/${Array(size).fill('product.list').join()}?batch=1&input=${input}`);
    };
    const fifty = await batch(50);
    expect([fifty.status, await fifty.json()]).toEqual([
      200,
      Array(50).fill({ result: { data: { items: [], nextCursor: null } } }),
    ]);
    expect(await readResponse(await batch(51))).toMatchObject(trpcRefusal(400, 'BAD_REQUEST', 'validation_failed'));
  });

  test('returns a result or an error for each call of a batch', async () => {
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
