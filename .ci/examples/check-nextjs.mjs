import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Reads until the condition holds. @throws Error after a minute */
async function until(read) {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await setTimeout(50)) {
    const value = await read().catch(() => undefined);
    if (value) return value;
  }
  throw new Error(`this did not come true within a minute: ${read}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Builds the Next.js program, orders by its route, and has it receive the shop's events. */
export async function checkNextjs(folder, { apiUrl, key }, run) {
  const program = join(folder, 'nextjs');
  const next = join(folder, 'node_modules/next/dist/bin/next');
  run(program, 'node', [next, 'build']);
  const mutate = async (path, input) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(`${apiUrl}/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
    return (await response.json()).result.data;
  };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { secret } = await mutate('webhookEndpoint.create', { url: `${url}/api/events`, types: ['order.created'] });
  const env = { ...process.env, COMMERCE_URL: apiUrl, COMMERCE_API_KEY: key, WEBHOOK_SECRET: secret };
  const server = spawn('node', [next, 'start', '--port', String(port)], {
    cwd: program,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const page = await until(async () => (await fetch(url)).text());
    assert.match(page, /BOWL/);
    const { items } = (await (await fetch(`${apiUrl}/trpc/product.list`)).json()).result.data;
    const { id: productId } = items.find(({ sku }) => sku === 'BOWL');
    const post = async (path, body, headers = {}) => {
      const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: response.status < 500 ? await response.text() : '' };
    };
    const cart = { purchaseId: 'cart-1', lines: [{ productId, quantity: 1 }] };
    const first = await post('/api/orders', cart);
    assert.equal(first.status, 201, first.body);
    assert.deepEqual(await post('/api/orders', cart), first, 'a second try returns the same order');
    const refused = await post('/api/orders', { purchaseId: 'cart-2', lines: [{ productId, quantity: 100 }] });
    assert.deepEqual([refused.status, JSON.parse(refused.body).code], [409, 'insufficient_stock']);
    const { orderId } = JSON.parse(first.body);
    const events = async () => (await fetch(`${url}/api/events?subject=order/${orderId}`)).json();
    assert.deepEqual(await until(async () => ((await events()).length > 0 ? events() : undefined)), ['order.created']);
    assert.equal((await post('/api/events', { id: 'forged', type: 'order.paid' })).status, 400);
    console.log('examples/nextjs: type-checked, built, ordered by its route, and received an event of the shop');
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}
