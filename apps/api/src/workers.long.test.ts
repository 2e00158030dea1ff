import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { createPendingOrder } from './testing/create-pending-order.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { present } from './testing/present.ts';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';

// One API process without jobs, and workers that serve no calls. They run as programs. A worker dies or is suspended in
// the middle of its work, and the other one takes the work over.

const takeOverMaxMs = 10_000;

/** A request that reached the gateway, which holds its response back until `respond`. */
type GatewayRequest = { path: string; body: any; respond: (body: object) => void };

let api: TestApi;
let operator: Client;
let requests: GatewayRequest[] = [];
const gateway = createServer((request, response) => void receive(request, response));
let running: Program[] = [];
let holdsEventLists = false;

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0] ?? '';
  const body = request.method === 'POST' ? await json(request) : undefined;
  const send = (status: number, answer: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  };
  // Polls and cancellations of payments from earlier tests.
  if (path.startsWith('/v1/payments/') && request.method === 'GET') send(404, { code: 'payment_not_found' });
  else if (path.endsWith('/cancel'))
    send(200, { facts: [{ type: 'CANCELED', paymentId: path.split('/')[3], currency: 'KRW' }] });
  else if (path === '/v1/events' && !holdsEventLists) send(200, { events: [], more: false });
  else requests.push({ path, body, respond: (answer) => send(200, answer) });
}

const requestsOf = (end: string) => requests.filter(({ path }) => path.endsWith(end));
const requestTo = async (end: string, count = 1) => until(() => requestsOf(end)[count - 1]);

const start = (env: Record<string, string>) => {
  const program = runProgram('main.js', {
    DATABASE_URL: api.databaseUrl,
    PORT: '0',
    MOCK_WEBHOOK_SECRETS: api.webhookSecret,
    MOCK_GATEWAY_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    ...env,
  });
  running.push(program);
  return program;
};

async function startWorker(env: Record<string, string> = {}): Promise<Program> {
  const worker = start({ HTTP: 'off', ...env });
  await worker.said('listening');
  return worker;
}

async function kill({ child, exit }: Program): Promise<number> {
  child.kill('SIGKILL');
  await exit;
  return performance.now();
}

beforeAll(async () => {
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  api = await startTestApi();
  operator = await api.operatorClient();
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(async ({ exit }) => exit));
  running = [];
  const broken = await api.commerce.doctor();
  if (broken.length > 0) throw new Error(JSON.stringify(broken));
});
afterAll(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await api?.close();
});

/** Has a refund of 700 requested: its call is due. */
async function requestRefund(): Promise<string> {
  requests = [];
  const { orderId, approval } = await createPendingOrder(api, await api.customerClient());
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  await operator.refund.create.mutate({ orderId, amount: 700 });
  return orderId;
}

const refunded = ({ path, body: { refundId, amount } }: GatewayRequest) => ({
  facts: [
    { type: 'REFUNDED', paymentId: path.split('/')[3], amount, currency: 'KRW', refundId, objectId: `re_${refundId}` },
  ],
});
const refundOf = async (orderId: string) => present((await operator.refund.list.query({ orderId })).items[0]);
const eventTypes = async (orderId: string) =>
  (await operator.order.history.query({ orderId })).items.map(({ type }) => type);

test('a worker serves health and metrics only, and an API process without jobs leaves them to the worker', async () => {
  const server = start({ JOBS: 'off' });
  const { url: apiUrl } = await server.said('listening');
  const worker = start({ HTTP: 'off' });
  const { url, ...line } = await worker.said('listening');
  expect(line).toMatchObject({ jobs: 'on', http: 'off' });
  const token = await api.createApiKey();
  const status = async (path: string) =>
    (await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await Promise.all(['/healthz', '/readyz', '/metrics'].map(status))).toEqual([200, 200, 200]);
  expect(await Promise.all(['/trpc/product.list', '/api/v1/payments/webhooks/mock'].map(status))).toEqual([404, 404]);
  await kill(worker);
  const { orderId } = await createPendingOrder(api, await api.customerClient());
  await api.database.pool.query(`update commerce.orders set hold_until = now() where id = $1`, [orderId]);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(server.stdout()).not.toContain('"job"');
  expect((await fetch(new URL('/healthz', apiUrl))).status).toBe(200);
});

test('JOBS and HTTP both off end the start with one sentence', async () => {
  const program = start({ JOBS: 'off', HTTP: 'off' });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toBe(
    "The API can't start:\n  HTTP: must not be off together with JOBS: the process would do nothing\n",
  );
});

test('a call to a gateway whose worker is killed is made by another worker within 10 s, with the same id', async () => {
  const orderId = await requestRefund();
  const first = await startWorker();
  const { body } = await requestTo('/refunds');
  await startWorker();
  const killedAt = await kill(first);
  const again = await requestTo('/refunds', 2);
  expect(performance.now() - killedAt).toBeLessThan(takeOverMaxMs);
  expect(again.body).toEqual(body);
  again.respond(refunded(again));
  await until(async () => (await refundOf(orderId)).status === 'SUCCEEDED');
  expect(requestsOf('/refunds')).toHaveLength(2);
});

test('a gateway’s event list whose worker is killed is read by another worker within 10 s', async () => {
  requests = [];
  holdsEventLists = true;
  await api.database.pool.query("update commerce.gateway_listings set due_at = now() - interval '1 second'");
  const env = { GATEWAY_POLL_AFTER_SECONDS: '1' };
  const first = await startWorker(env);
  await requestTo('/events');
  await startWorker(env);
  const killedAt = await kill(first);
  const again = await requestTo('/events', 2);
  expect(performance.now() - killedAt).toBeLessThan(takeOverMaxMs);
  again.respond({ events: [], more: false });
  const readAttempts = async () =>
    (await api.database.pool.query('select attempts from commerce.gateway_listings')).rows[0].attempts;
  holdsEventLists = false;
  await until(async () => (await readAttempts()) === 0);
});

test('orders that a killed worker was expiring are expired by another worker within 10 s', async () => {
  requests = [];
  const productId = await api.createProduct({ quantity: 5 });
  const { id: orderId } = await (
    await api.customerClient()
  ).order.create.mutate({ lines: [{ productId, quantity: 2 }] });
  await api.database.pool.query(`update commerce.orders set hold_until = now() where id = $1`, [orderId]);
  const blocker = await api.database.pool.connect();
  try {
    // The worker has locked the order when it waits for its stock.
    await blocker.query('begin');
    await blocker.query('select from commerce.stocks where product_id = $1 for update', [productId]);
    const first = await startWorker();
    await until(async () => {
      const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      return (await api.database.pool.query(waiting)).rowCount === 1;
    });
    await startWorker();
    const killedAt = await kill(first);
    await blocker.query('rollback');
    await until(async () => (await operator.order.get.query({ orderId })).status === 'EXPIRED');
    expect(performance.now() - killedAt).toBeLessThan(takeOverMaxMs);
  } finally {
    await blocker.query('rollback');
    blocker.release();
  }
  expect(await api.readStock(productId)).toEqual([5, 0]);
  expect(await eventTypes(orderId)).toEqual(expect.arrayContaining(['order.created', 'order.expired']));
  expect((await eventTypes(orderId)).filter((type) => type === 'order.expired')).toHaveLength(1);
});

test('a worker that is suspended in a call and woken beside its successor does nothing twice', async () => {
  const orderId = await requestRefund();
  const first = await startWorker();
  const held = await requestTo('/refunds');
  const second = await startWorker();
  first.child.kill('SIGSTOP');
  const stoppedAt = performance.now();
  const again = await requestTo('/refunds', 2);
  expect(performance.now() - stoppedAt).toBeLessThan(takeOverMaxMs);
  expect(again.body).toEqual(held.body);
  held.respond(refunded(held));
  again.respond(refunded(again));
  first.child.kill('SIGCONT');
  await until(async () => (await refundOf(orderId)).status === 'SUCCEEDED');
  // Both workers finish their turns before they end.
  for (const { child } of [first, second]) child.kill('SIGTERM');
  const codes = await Promise.all([first.exit, second.exit]);
  expect(codes, `${first.stdout()}\n${second.stdout()}`).toEqual([0, 0]);
  expect(requestsOf('/refunds')).toHaveLength(2);
  expect((await eventTypes(orderId)).filter((type) => type === 'refund.succeeded')).toHaveLength(1);
  const { rows } = await api.database.pool.query(
    'select status, attempts from commerce.gateway_calls where order_id = $1',
    [orderId],
  );
  expect(rows).toEqual([{ status: 'DONE', attempts: 2 }]);
});
