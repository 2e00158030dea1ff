import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { runFlashSale } from './flash-sale.ts';

/** Starts a server that sells `units`, refuses all later orders, and fails the last request. */
async function startShop(units: number, requestsMax: number) {
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      tokens.push(request.headers.authorization ?? '');
      const [status, body] =
        tokens.length <= units
          ? [200, `{"result":{"data":{"id":"order-${tokens.length}"}}}`]
          : tokens.length < requestsMax
            ? [409, '{"error":{"data":{"code":"insufficient_stock"}}}']
            : [503, '{"error":{"data":{"code":"overloaded"}}}'];
      response.writeHead(status, { 'content-length': Buffer.byteLength(body) }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The server listens on a port, not on a pipe, so its address is an AddressInfo.
  return { server, tokens, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('each shopper of a flash sale tries once; orders, refusals and failures are counted apart', async () => {
  const { server, tokens, url } = await startShop(5, 40);
  const result = await runFlashSale({
    kind: 'flash-sale',
    url,
    tokenSecret: 'a-secret-of-at-least-32-characters',
    productId: '01900000-0000-7000-8000-000000000001',
    shoppers: 40,
    clients: 8,
    warmMs: 0,
    measureMs: 0,
  });
  server.close();
  expect(new Set(tokens).size).toBe(40);
  expect(result.ids.toSorted()).toEqual(['order-1', 'order-2', 'order-3', 'order-4', 'order-5']);
  expect(result).toMatchObject({ succeeded: 5, refused: { count: 34 }, failed: { 503: 1 } });
  expect(result.refused?.p99Ms).toBeGreaterThan(0);
  expect(result.refused?.perSecond).toBeGreaterThan(0);
});
