import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { createFakeGateway, type FakeGateway } from './testing/fake-gateway.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

// Two APIs of one shop that share only the database and the gateway, like two processes.
let one: TestApi;
let another: TestApi;
let gateway: FakeGateway;
let token: string;
beforeAll(async () => {
  gateway = createFakeGateway('stripe');
  one = await startTestApi({ gateways: [gateway.gateway] });
  another = await startTestApi({ gateways: [gateway.gateway], databaseOf: one });
  token = await one.customerToken('customer-1');
});
beforeEach(() => {
  gateway.calls.length = 0;
  gateway.beforeResponse(async () => {});
});
afterAll(async () => {
  await another?.close();
  await one?.close();
});

type Sent = { status: number; code: string | undefined; retryAfter: string | null; text: string; data: any };

async function post(api: TestApi, path: string, input: object, key: string): Promise<Sent> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key };
  const response = await api.fetch(`/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  const text = await response.text();
  const body = JSON.parse(text);
  const code = body.error?.data.commerce.code;
  return {
    status: response.status,
    code,
    retryAfter: response.headers.get('retry-after'),
    text,
    data: body.result?.data,
  };
}

async function createOrder() {
  const productId = await one.createProduct({ quantity: 5 });
  const { id } = await one.commerce.placeOrder({ customerId: 'customer-1', lines: [{ productId, quantity: 2 }] });
  return { productId, orderId: id };
}

/** Creates an order, and the call that begins an attempt to pay it, always with the same key. */
async function prepareAttempt() {
  const { orderId, productId } = await createOrder();
  const key = randomUUID();
  const create = async (api: TestApi, more: object = {}) =>
    post(api, 'payment.create', { orderId, provider: 'stripe', ...more }, key);
  return { orderId, productId, key, create };
}

/** Delays the gateway's next response until `release` is called. */
function delayGateway() {
  const released = Promise.withResolvers<void>();
  gateway.beforeResponse(async () => {
    gateway.beforeResponse(async () => {});
    await released.promise;
  });
  return { release: released.resolve };
}

const listPayments = async (orderId: string) => one.commerce.listPayments({ orderId });
const readKeyRow = async (key: string) =>
  (await one.database.pool.query('select * from commerce.idempotency_keys where key = $1', [key])).rows[0];
const inProgress = { status: 409, code: 'idempotency_in_progress', retryAfter: '1' };

test('a second call with the key gets a 409 while the first runs, and its response afterwards', async () => {
  const { create, orderId } = await prepareAttempt();
  const { release } = delayGateway();
  const first = create(one);
  await until(() => gateway.calls.length === 1);
  expect(await create(another)).toMatchObject(inProgress);
  expect(await create(one)).toMatchObject(inProgress);
  release();
  const answer = await first;
  expect(answer).toMatchObject({ status: 200, data: { status: 'PENDING', next: { provider: 'stripe' } } });
  expect(await create(another)).toEqual(answer);
  expect(await listPayments(orderId)).toHaveLength(1);
  // The replay calls the gateway again, because what the page needs is not stored.
  expect(gateway.calls).toEqual([`initiate ${answer.data.id}`, `initiate ${answer.data.id}`]);
});

test('of 20 concurrent calls with one key in two processes one makes the attempt, and all get it', async () => {
  const { create, orderId } = await prepareAttempt();
  const apis = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? one : another));
  const answers = await Promise.all(
    apis.map(async (api) =>
      until(async () => {
        const answer = await create(api);
        return answer.code === 'idempotency_in_progress' ? undefined : answer;
      }),
    ),
  );
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  const [first] = answers.map(({ status, data }) => ({ status, id: data.id }));
  expect(first?.status).toBe(200);
  expect(await listPayments(orderId)).toHaveLength(1);
  expect(new Set(gateway.calls)).toEqual(new Set([`initiate ${first?.id}`]));
});

describe('a call of a process that never gets its response', () => {
  let cutOff: TestApi;
  beforeAll(async () => {
    cutOff = await startTestApi({ gateways: [gateway.gateway], databaseOf: one, leaseMs: 1_500 });
  });
  afterAll(() => cutOff?.close());

  test('is continued by another process when its lease ends; its late response changes nothing', async () => {
    const { create, orderId } = await prepareAttempt();
    const { release } = delayGateway();
    const first = create(cutOff);
    await until(() => gateway.calls.length === 1);
    expect(await create(another)).toMatchObject(inProgress);
    const next = await until(async () => {
      const answer = await create(another);
      return answer.code === 'idempotency_in_progress' ? undefined : answer;
    });
    expect(next).toMatchObject({ status: 200, data: { status: 'PENDING' } });
    expect(gateway.calls).toEqual([`initiate ${next.data.id}`, `initiate ${next.data.id}`]);
    release();
    expect((await first).data).toMatchObject({ id: next.data.id, status: 'PENDING' });
    expect(await listPayments(orderId)).toHaveLength(1);
    expect(await create(one)).toEqual(next);
  });
});

test('the key with another input is refused, both while the first call runs and after it', async () => {
  const { create } = await prepareAttempt();
  const { release } = delayGateway();
  const first = create(one);
  await until(() => gateway.calls.length === 1);
  const reused = { status: 422, code: 'idempotency_key_reused' };
  expect(await create(another, { method: 'card' })).toMatchObject(reused);
  release();
  await first;
  expect(await create(another, { method: 'card' })).toMatchObject(reused);
  expect(gateway.calls).toHaveLength(1);
});

test('a refusal by the gateway is the key’s final response and releases the stock', async () => {
  const { create, key, orderId, productId } = await prepareAttempt();
  gateway.beforeResponse(async () => {
    throw new GatewayRefusal('amount_too_small', 'secret-words of the gateway');
  });
  const refused = await create(one);
  expect(refused).toMatchObject({
    status: 409,
    code: 'payment_refused',
    text: expect.stringContaining('amount_too_small'),
  });
  expect(refused.text).not.toContain('secret-words');
  expect(await create(another)).toEqual(refused);
  expect(gateway.calls).toHaveLength(1);
  expect((await readKeyRow(key)).answer.error.code).toBe('payment_refused');
  expect(await listPayments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'amount_too_small' }]);
  expect(await one.readStock(productId)).toEqual([5, 0]);
});

test('without a response of the gateway the call gets a 503, and the key continues the attempt', async () => {
  const { create, key, orderId } = await prepareAttempt();
  gateway.beforeResponse(async () => {
    throw new Error('secret-words: connect ECONNREFUSED');
  });
  const unknown = await create(one);
  expect(unknown).toMatchObject({ status: 503, code: 'gateway_unavailable', retryAfter: '1' });
  expect(unknown.text).not.toContain('secret-words');
  expect((await readKeyRow(key)).answer).toBeNull();
  gateway.beforeResponse(async () => {});
  const answer = await create(another);
  expect(answer).toMatchObject({ status: 200, data: { status: 'PENDING' } });
  expect(gateway.calls).toEqual([`initiate ${answer.data.id}`, `initiate ${answer.data.id}`]);
  expect((await one.commerce.listGatewayCalls({ orderId })).items).toMatchObject([{ kind: 'POLL', status: 'DUE' }]);
});

test('a confirmation is sent once per key, also by two processes', async () => {
  const { create, orderId } = await prepareAttempt();
  const { id: paymentId } = (await create(one)).data;
  const key = randomUUID();
  const confirm = async (api: TestApi) => post(api, 'payment.confirm', { paymentId, token: 'tk_1' }, key);
  const { release } = delayGateway();
  const first = confirm(one);
  await until(() => gateway.calls.length === 2);
  expect(await confirm(another)).toMatchObject(inProgress);
  release();
  expect(await first).toMatchObject({ status: 200, data: { status: 'CAPTURED' } });
  expect(await confirm(another)).toEqual(await first);
  expect(gateway.calls).toEqual([`initiate ${paymentId}`, `confirm ${paymentId} tk_1`]);
  expect((await one.commerce.getOrder({ orderId })).status).toBe('PAID');
});

test('the typed client retries while its first call runs, and gets that call’s response', async () => {
  const { orderId } = await createOrder();
  const { release } = delayGateway();
  let sent = 0;
  const losing: typeof fetch = async (input, init) => {
    sent += 1;
    if (sent === 1) {
      fetch(input, init).catch(() => undefined);
      throw new TypeError('the connection broke');
    }
    const response = await fetch(input, init);
    if (response.status === 409) release();
    return response;
  };
  const client = createClient({ url: one.url, token, fetch: losing });
  const payment = await client.payment.create.mutate({ orderId, provider: 'stripe' });
  expect(payment).toMatchObject({ status: 'PENDING', next: { provider: 'stripe' } });
  expect(sent).toBe(3);
  expect(await listPayments(orderId)).toHaveLength(1);
});

test('the secret that a payment page needs is in no table and no log', async () => {
  const { pool } = one.database;
  const { create, key } = await prepareAttempt();
  const { text } = await create(one);
  expect(text).toContain('client-secret-of');
  expect((await readKeyRow(key)).answer).toMatchObject({ value: { status: 'PENDING' } });
  const { rows: tables } = await pool.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'commerce'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const { rows } = await pool.query(`select t::text as line from ${name} t where t::text like '%client-secret-of%'`);
    expect(rows, name).toEqual([]);
  }
  expect(JSON.stringify([...one.logLines(), ...another.logLines()])).not.toMatch(/client-secret-of|secret-words/);
});

test('no test of this file has broken an invariant', async () => {
  expect(await one.commerce.doctor()).toEqual([]);
});
