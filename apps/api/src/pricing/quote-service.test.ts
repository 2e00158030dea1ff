import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { refusalFrom } from '../testing/refusal-from.ts';
import { startTestApi } from '../testing/test-api.ts';
import { createQuoteService } from './quote-service.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
type Asked = { headers: IncomingHttpHeaders; body: string };
const asked: Asked[] = [];
let answer: (response: ServerResponse, times: number) => unknown;

const server = createServer((request, response) => {
  text(request).then(
    (body) => {
      asked.push({ headers: request.headers, body });
      answer(response, asked.length);
    },
    () => response.destroy(),
  );
});
await once(server.listen(0, '127.0.0.1'), 'listening');
// A server that listens on TCP has an address with a port.
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/quote`;
const faults: unknown[] = [];
const quoteService = createQuoteService({ url, secret, onFault: (error) => faults.push(error), timeoutMs: 400 });
const api = await startTestApi({ quoteService });
afterAll(async () => {
  await api.close();
  server.closeAllConnections();
  server.close();
});

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const discount = { kind: 'DISCOUNT', name: 'Spring', unitAmount: -100 };

beforeEach(() => {
  asked.length = 0;
  faults.length = 0;
  answer = json(200, { lines: [discount] });
});

test('a quote over HTTP has the service’s lines, and the request is signed and names no one', async () => {
  const productId = await api.createProduct();
  const lines = [{ productId, quantity: 2 }];
  const quote = await api.anonymousClient().order.quote.query({ lines, metadata: { code: 'SPRING' } });
  expect(quote).toMatchObject({ totalAmount: 1_900, lines: [{ kind: 'PRODUCT' }, { ...discount, quantity: 1 }] });
  const [{ headers, body }] = asked as [Asked];
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
    customerId: null,
    currency: 'KRW',
    lines: [expect.objectContaining({ lineNo: 1, productId, quantity: 2, unitAmount: 1_000, amount: 2_000 })],
    shippingAddress: null,
    metadata: { code: 'SPRING' },
  });
});

test('the service’s refusal reaches the shopper with its reason, and is not asked about again', async () => {
  answer = json(422, { reason: 'This code has expired.' });
  const lines = [{ productId: await api.createProduct(), quantity: 1 }];
  const refusal = await refusalFrom(api.anonymousClient().order.quote.query({ lines }));
  expect(refusal).toMatchObject({ code: 'quote_refused', details: { reason: 'This code has expired.' } });
  expect(asked).toHaveLength(1);
});

test.each<[string, typeof answer]>([
  ['answers 500', json(500, {})],
  ['redirects', (response) => response.writeHead(307, { location: url }).end()],
  ['never answers', () => {}],
  ['never ends its answer', (response) => response.writeHead(200).write('{')],
  ['closes the connection', (response) => response.destroy()],
  ['answers no JSON', (response) => response.writeHead(200).end('<html>')],
  ['answers other bytes than UTF-8', (response) => response.writeHead(200).end(Buffer.from('7b22ff227d', 'hex'))],
  ['answers a megabyte', (response) => response.writeHead(200).end('x'.repeat(1_000_000))],
  ['answers lines that are none', json(200, { lines: [{ kind: 'PRODUCT', name: 'x', unitAmount: 1 }] })],
  ['answers a discount above zero', json(200, { lines: [{ ...discount, unitAmount: 5 }] })],
  ['refuses without a reason', json(422, {})],
])('a service that %s is asked once more with the same id, and then is unavailable', async (_, how) => {
  answer = how;
  const order = { customerId: null, currency: 'KRW', lines: [], shippingAddress: null, metadata: null };
  await expect(quoteService(order)).rejects.toMatchObject({ code: 'quote_unavailable' });
  expect(asked).toHaveLength(2);
  expect(new Set(asked.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(faults).toHaveLength(2);
});

test('a service that fails once is asked again, and the order is placed', async () => {
  answer = (response, times) => (times === 1 ? response.destroy() : json(200, { lines: [discount] })(response));
  const lines = [{ productId: await api.createProduct(), quantity: 1 }];
  expect(await (await api.customerClient('ana')).order.create.mutate({ lines })).toMatchObject({ totalAmount: 900 });
});
