import { once } from 'node:events';
import { connect } from 'node:net';
import { createCommerce, type Commerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClient } from './client.ts';
import { openFaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';

let database: TestDatabase;
let commerce: Commerce;
let key: string;
const started: Program[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
  commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['orders', 'stock', 'events', 'catalog'] })).key;
});
afterEach(() => started.splice(0).forEach(({ child }) => child.kill('SIGKILL')));
afterAll(async () => {
  await commerce?.close();
  await database?.drop();
});

async function start(): Promise<{ program: Program; url: string }> {
  const program = runProgram('main.js', { DATABASE_URL: database.url, PORT: '0' });
  started.push(program);
  return { program, url: (await program.said('listening'))['url'] };
}

const createProduct = async (sku: string) =>
  (await commerce.createProduct({ sku, name: sku, priceAmount: 1, currency: 'KRW' })).id;

/** Opens a connection of a client that keeps it, and sends a request. */
async function request(url: string, method: string, path: string, body = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'connect');
  const headers = ['Host: x', `Authorization: Bearer ${key}`, 'Content-Type: application/json'];
  socket.write(
    [`${method} ${path} HTTP/1.1`, ...headers, `Content-Length: ${body.length}`, '', ''].join('\r\n') + body,
  );
  return { socket, text: () => text };
}

/** Locks a product's stock until `release`, so that orders of it wait. */
async function lockStock(productId: string) {
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
  const isWaitedFor = async () => {
    const { rows } = await database.pool.query(`select 1 from pg_stat_activity
      where application_name = 'commerce-api' and datname = current_database() and wait_event_type = 'Lock'`);
    return rows.length > 0;
  };
  let isHeld = true;
  const release = async () => {
    if (!isHeld) return;
    isHeld = false;
    await holder.query('rollback');
    holder.release();
  };
  return { isWaitedFor, release };
}

test('after SIGTERM idle connections and streams end at once; a request under way is served first', async () => {
  const { program, url } = await start();
  const productId = await createProduct('locked');
  await commerce.receiveStock({ productId, quantity: 10 });
  const idle = await request(url, 'GET', '/healthz');
  await until(() => idle.text().includes('{"status":"ok"}'));
  const stream = await request(url, 'GET', '/trpc/event.stream?input=%7B%22after%22%3A%220%22%7D');
  await until(() => stream.text().includes('data:'));
  const lock = await lockStock(productId);
  onTestFinished(lock.release);
  const order = { customerId: 'kim', lines: [{ productId, quantity: 1 }] };
  const running = await request(url, 'POST', '/trpc/order.create', JSON.stringify(order));
  await until(lock.isWaitedFor);
  program.child.kill('SIGTERM');
  for (const { socket } of [idle, stream]) if (!socket.destroyed) await once(socket, 'close');
  // A whole chunked body ends so. A client can't take it for a broken connection.
  expect(stream.text()).toMatch(/overloaded[^]*\r\n0\r\n\r\n$/);
  expect(running.text()).toBe('');
  expect(program.child.exitCode).toBeNull();
  await lock.release();
  if (!running.socket.destroyed) await once(running.socket, 'close');
  expect(running.text()).toMatch(/^HTTP\/1.1 200 [^]*connection: close\r\n[^]*"status":"CREATED"/i);
  expect(await program.exit).toBe(0);
});

test('the client of a stream resumes at another process, and misses nothing', async () => {
  const [one, other] = [await start(), await start()];
  let { url } = one;
  const proxy = await openFaultInjectingProxy(() => url);
  const received: string[] = [];
  const subscription = createClient({ url: proxy.url, token: key }).event.stream.subscribe(
    { after: '0', types: ['product.created'] },
    { onData: ({ data }) => received.push(data.aggregateId) },
  );
  const created = [await createProduct('before')];
  await until(() => received.includes(created[0] ?? ''));
  url = other.url;
  one.program.child.kill('SIGTERM');
  created.push(await createProduct('between'));
  expect(await one.program.exit).toBe(0);
  created.push(await createProduct('after'));
  await until(() => received.includes(created.at(-1) ?? ''));
  expect(received.slice(-3)).toEqual(created);
  expect(new Set(received).size).toBe(received.length);
  subscription.unsubscribe();
  await proxy.close();
  other.program.child.kill('SIGTERM');
  expect(await other.program.exit).toBe(0);
});
