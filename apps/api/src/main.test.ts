import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createCommerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';
import { webhookSecret } from './testing/webhook.ts';

let database: TestDatabase;
let key: string;
let productId: string;
beforeAll(async () => {
  database = await openTestDatabase();
  const commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['orders', 'stock'] })).key;
  productId = (await commerce.createProduct({ sku: 'one', name: 'One', priceAmount: 1, currency: 'KRW' })).id;
  await commerce.receiveStock({ productId, quantity: 100 });
});
afterAll(() => database?.drop());

const started: Program[] = [];
afterEach(() => started.splice(0).forEach(({ child }) => child.kill('SIGKILL')));

function start(env: Record<string, string> = {}, options?: { ipc: boolean }): Program {
  const program = runProgram('main.js', { DATABASE_URL: database.url, PORT: '0', ...env }, options);
  started.push(program);
  return program;
}

const place = (url: string) =>
  createClient({ url, token: key }).order.create.mutate({ customerId: 'kim', lines: [{ productId, quantity: 1 }] });

/** Starts an order that waits for a stock row which another transaction has locked. */
async function orderInFlight(url: string) {
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
  const order = place(url);
  order.catch(() => {});
  await until(async () => {
    const { rows } = await database.pool.query(`select 1 from pg_stat_activity
      where application_name = 'commerce-api' and datname = current_database() and wait_event_type = 'Lock'`);
    return rows.length > 0;
  });
  const release = async () => {
    await holder.query('rollback');
    holder.release();
  };
  return { order, release };
}

const refusesConnections = (url: string) =>
  fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  );

test('it logs its address and providers, runs its jobs, and ends on a signal', async () => {
  const program = start({ MOCK_WEBHOOK_SECRETS: webhookSecret, CUSTOMER_JWT_SECRET: 'x'.repeat(32) });
  const { url, ...line } = await program.said('listening');
  expect(line).toMatchObject({ level: 'info', providers: ['mock'], customers: 'secret' });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
  const { id: orderId } = await place(url);
  await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
    orderId,
  ]);
  const client = createClient({ url, token: key });
  await until(async () => (await client.order.get.query({ orderId })).status === 'EXPIRED');
  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(program.stdout()).not.toContain(key);
  expect(program.stdout()).not.toContain('"level":"warn"');
  expect(program.stderr()).toBe('');
});

test('without secrets the API starts, and warns that no order can be paid and no customer can sign in', async () => {
  const program = start();
  expect(await program.said('listening')).toMatchObject({ providers: [], customers: 'off' });
  expect(program.stdout()).toMatch(/"level":"warn".*no payment provider is configured/);
  expect(program.stdout()).toMatch(/"level":"warn".*no customer can sign in/);
});

test('a misspelled variable ends the API with a suggestion', async () => {
  const program = start({ STRIPE_SECRET: 'hunter2' });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toBe(
    "The API can't start:\n  STRIPE_SECRET: is not known; did you mean STRIPE_SECRET_KEY?\n",
  );
});

test('after a signal it accepts nothing new and finishes a running order', async () => {
  const program = start();
  const { url } = await program.said('listening');
  const { order, release } = await orderInFlight(url);
  program.child.kill('SIGTERM');
  await program.said('stopping');
  await until(() => refusesConnections(url));
  expect(program.child.exitCode).toBeNull();
  await release();
  const { id } = await order;
  expect(await program.exit).toBe(0);
  const { rows } = await database.pool.query('select status from commerce.orders where id = $1', [id]);
  expect(rows).toEqual([{ status: 'CREATED' }]);
});

test('two signals at once count as one, and a later one ends it at once', async () => {
  const program = start();
  const { order, release } = await orderInFlight((await program.said('listening')).url);
  program.child.kill('SIGINT');
  program.child.kill('SIGINT');
  await program.said('stopping');
  program.child.kill('SIGINT');
  const before = await database.pool.query('select count(*) from commerce.orders');
  const begin = performance.now();
  await until(() => program.child.exitCode !== null || !program.child.kill('SIGINT'));
  expect(performance.now() - begin).toBeGreaterThan(500);
  expect(await program.exit).toBe(1);
  await release();
  await expect(order).rejects.toThrow();
  expect((await database.pool.query('select count(*) from commerce.orders')).rows).toEqual(before.rows);
});

test('a signal while it waits for its database ends it at once', async () => {
  const program = start({ DATABASE_URL: 'postgres://127.0.0.1:1/none' });
  await until(() => program.stdout().includes('no PostgreSQL responds'));
  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
});

test('it ends with the process that started it, although idle connections are open', async () => {
  const program = start({}, { ipc: true });
  const { url } = await program.said('listening');
  const open = async (text: string) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
      .on('error', () => {})
      .resume();
    await once(socket, 'connect');
    socket.write(text);
  };
  await open('');
  await open('POST /trpc/order.create HTTP/1.1\r\nHost');
  await fetch(`${url}/healthz`);
  program.child.disconnect();
  // 1 would mean that it waited until its time limit.
  expect(await program.exit).toBe(0);
});

test('a port in use ends it with one sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const port = String((other.address() as AddressInfo).port);
    const program = start({ PORT: port });
    expect(await program.exit).toBe(1);
    expect(program.stderr()).toContain(`port ${port} is taken`);
  } finally {
    other.close();
  }
});

test('a wrong variable ends it with the variable’s name and without its value', async () => {
  const program = start({ CUSTOMER_JWT_SECRET: 'hunter2' });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toMatch(/can't start:\n {2}CUSTOMER_JWT_SECRET: /);
  expect(program.stderr() + program.stdout()).not.toContain('hunter2');
});

test('a database that rejects it ends it with address and reason, without the password', async () => {
  const url = new URL(database.url);
  url.pathname = '/no_such_database';
  const program = start({ DATABASE_URL: url.href });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toMatch(
    /PostgreSQL at .*\/no_such_database rejects the connection \(no such database; create it, or check DATABASE_URL\)/,
  );
  expect(program.stderr()).not.toContain('@');
});
