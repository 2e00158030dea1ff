import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findProgram } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { startTestApi, until, type TestApi } from './testing/index.ts';

const python = findProgram('python3');
if (python === undefined)
  console.warn('\n*** SKIPPED: a client in Python. python3 is not installed (apt-get install python3). ***\n');

const folder = fileURLToPath(new URL('../../../examples/python', import.meta.url));

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ jobs: true });
});
afterAll(() => api?.close());

/** Stands for the gateway's simulator: a payment there becomes a signed webhook. */
async function startPayments() {
  const server = createServer((request, response) => {
    text(request)
      .then(async (sent) => {
        const { outcome: type, ...payment } = JSON.parse(sent) as { outcome: string };
        await api.sendWebhook({ type, ...payment });
        response.end('{}');
      })
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const run = async (args: string[], env: Record<string, string>) =>
  promisify(execFile)('python3', args, { cwd: folder, timeout: 120_000, env: { PATH: process.env['PATH'], ...env } });

test.skipIf(python === undefined)('a Python program orders, pays and watches by openapi.json alone', async () => {
  const payments = await startPayments();
  const productId = await api.createProduct({ quantity: 5 });
  const { sku } = await api.commerce.getProduct({ productId });
  try {
    const { stdout } = await run(['-B', 'order.py'], {
      COMMERCE_URL: api.url,
      SIMULATOR_URL: payments.url,
      CUSTOMER_TOKEN: await api.customerToken('customer-1'),
      PRODUCT_SKU: sku,
    });
    expect(stdout.trim().split('\n')).toEqual([
      'quoted 1000 KRW',
      'refused 409 insufficient_stock True',
      'ordered once True',
      'PAID',
    ]);
    expect(await api.readStock(productId)).toEqual([4, 0]);
  } finally {
    payments.close();
  }
});

test.skipIf(python === undefined)('a Python program whose answer was lost orders once', async () => {
  const productId = await api.createProduct({ quantity: 5 });
  let lost = 0;
  // Passes the request on, and drops its first answer.
  const passOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const body = method === 'POST' ? { body: await text(request) } : {};
    const { connection: _, 'transfer-encoding': __, 'content-length': ___, host: ____, ...sent } = headers;
    const answer = await api.fetch(url, { method, headers: sent as Record<string, string>, ...body });
    const answered = await answer.text();
    if (method === 'POST' && (lost += 1) === 1) return void request.socket.destroy();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answered);
  };
  const server = createServer((request, response) => {
    passOn(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const program = `
from shop import Shop
import os
shop = Shop(os.environ["COMMERCE_URL"], os.environ["CUSTOMER_TOKEN"])
print(shop.orderCreate(lines=[{"productId": os.environ["PRODUCT"], "quantity": 1}])["status"])
try:
    shop.orderCreate(line=[])
except TypeError as error:
    print(error)
`;
  try {
    const { stdout } = await run(['-B', '-c', program], {
      COMMERCE_URL: `http://127.0.0.1:${port}`,
      CUSTOMER_TOKEN: await api.customerToken('customer-2'),
      PRODUCT: productId,
    });
    expect(stdout.trim().split('\n')).toEqual(['CREATED', "unknown fields ['line'], missing fields ['lines']"]);
    expect(lost).toBe(2);
    expect(await api.readStock(productId)).toEqual([5, 1]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.skipIf(python === undefined)('a Python program watches an order over broken connections', async () => {
  const order = { customerId: 'customer-3', lines: [{ productId: await api.createProduct(), quantity: 1 }] };
  const { id: orderId } = await api.commerce.placeOrder(order);
  const proxy = await openFaultInjectingProxy(() => api.url);
  const streams = () => api.logLines().filter(({ path }) => path === '/trpc/order.watch').length;
  const openedBefore = streams();
  const program = `
from shop import Shop
import os
shop = Shop(os.environ["COMMERCE_URL"], os.environ["CUSTOMER_TOKEN"])
for change in shop.orderWatch(orderId=os.environ["ORDER"]):
    print(change["order"]["status"])
    if change["order"]["status"] == "PAID":
        break
`;
  try {
    const ended = run(['-B', '-c', program], {
      COMMERCE_URL: proxy.url,
      CUSTOMER_TOKEN: await api.customerToken('customer-3'),
      ORDER: orderId,
    });
    await until(() => streams() === openedBefore + 1);
    await proxy.disconnect();
    await proxy.reconnect();
    await until(() => streams() === openedBefore + 2);
    const { id: paymentId, amount, currency } = await api.commerce.createPayment({ orderId, provider: 'mock' });
    await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
    expect((await ended).stdout.trim().split('\n').at(-1)).toBe('PAID');
  } finally {
    await proxy.close();
  }
});
