import { randomUUID } from 'node:crypto';
import { GatewayRefusal } from '@commerce-core/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { gatewayDouble, type GatewayDouble } from './testing/gateway-double.ts';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

// Two API processes of one shop and one gateway, as far as the three can tell: nothing is shared but database and network.
let one: TestApi;
let another: TestApi;
let gateway: GatewayDouble;
let token: string;
beforeAll(async () => {
  gateway = gatewayDouble('stripe');
  one = await startTestApi({ gateways: [gateway.gateway] });
  another = await startTestApi({ gateways: [gateway.gateway], beside: one });
  token = await one.token('customer-1');
});
beforeEach(() => {
  gateway.asked.length = 0;
  gateway.before(async () => {});
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

async function order() {
  const productId = await one.product({ quantity: 5 });
  const { id } = await one.commerce.placeOrder({ customerId: 'customer-1', lines: [{ productId, quantity: 2 }] });
  return { productId, orderId: id };
}

/** An order, and the call that begins an attempt to pay it, always with the same key. */
async function attempt() {
  const { orderId, productId } = await order();
  const key = randomUUID();
  const create = async (api: TestApi, more: object = {}) =>
    post(api, 'payment.create', { orderId, provider: 'stripe', ...more }, key);
  return { orderId, productId, key, create };
}

/** Makes the gateway's next answer wait for the test. */
function hold() {
  const held = Promise.withResolvers<void>();
  gateway.before(async () => {
    gateway.before(async () => {});
    await held.promise;
  });
  return { letGo: held.resolve };
}

const payments = async (orderId: string) => one.commerce.listPayments({ orderId });
const keyRow = async (key: string) =>
  (await one.database.pool.query('select * from commerce.idempotency_keys where key = $1', [key])).rows[0];
const inProgress = { status: 409, code: 'idempotency_in_progress', retryAfter: '1' };

test('an equal key while the first call is under way is told to ask again; after it, it gets the same answer', async () => {
  const { create, orderId } = await attempt();
  const { letGo } = hold();
  const first = create(one);
  await until(() => gateway.asked.length === 1);
  expect(await create(another)).toMatchObject(inProgress);
  expect(await create(one)).toMatchObject(inProgress);
  letGo();
  const answer = await first;
  expect(answer).toMatchObject({ status: 200, data: { status: 'PENDING', next: { provider: 'stripe' } } });
  expect(await create(another)).toEqual(answer);
  expect(await payments(orderId)).toHaveLength(1);
  // The second time it is asked for what the page needs, which is stored nowhere.
  expect(gateway.asked).toEqual([`open ${answer.data.id}`, `open ${answer.data.id}`]);
});

test('of 20 calls with one key at once in two processes one makes the attempt, and in the end all know it', async () => {
  const { create, orderId } = await attempt();
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
  expect(answers[0]!.status).toBe(200);
  expect(await payments(orderId)).toHaveLength(1);
  expect(new Set(gateway.asked)).toEqual(new Set([`open ${answers[0]!.data.id}`]));
});

describe('a process that gets no answer any more', () => {
  let dying: TestApi;
  beforeAll(async () => {
    dying = await startTestApi({ gateways: [gateway.gateway], beside: one, leaseMs: 1_500 });
  });
  afterAll(() => dying?.close());

  test('is followed by the next caller with the same row when its lease is over; what it hears too late changes nothing', async () => {
    const { create, orderId } = await attempt();
    const { letGo } = hold();
    const first = create(dying);
    await until(() => gateway.asked.length === 1);
    expect(await create(another)).toMatchObject(inProgress);
    const next = await until(async () => {
      const answer = await create(another);
      return answer.code === 'idempotency_in_progress' ? undefined : answer;
    });
    expect(next).toMatchObject({ status: 200, data: { status: 'PENDING' } });
    expect(gateway.asked).toEqual([`open ${next.data.id}`, `open ${next.data.id}`]);
    letGo();
    expect((await first).data).toMatchObject({ id: next.data.id, status: 'PENDING' });
    expect(await payments(orderId)).toHaveLength(1);
    expect(await create(one)).toEqual(next);
  });
});

test('the key with another input is refused, before and after the answer', async () => {
  const { create } = await attempt();
  const { letGo } = hold();
  const first = create(one);
  await until(() => gateway.asked.length === 1);
  const reused = { status: 422, code: 'idempotency_key_reused' };
  expect(await create(another, { method: 'card' })).toMatchObject(reused);
  letGo();
  await first;
  expect(await create(another, { method: 'card' })).toMatchObject(reused);
  expect(gateway.asked).toHaveLength(1);
});

test('a gateway’s no is the answer for good, and frees the stock', async () => {
  const { create, key, orderId, productId } = await attempt();
  gateway.before(async () => {
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
  expect(gateway.asked).toHaveLength(1);
  expect((await keyRow(key)).answer.error.code).toBe('payment_refused');
  expect(await payments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'amount_too_small' }]);
  expect(await one.stock(productId)).toEqual([5, 0]);
});

test('no answer of the gateway is no answer for the key: 503, and the same key goes on with the same attempt', async () => {
  const { create, key, orderId } = await attempt();
  gateway.before(async () => {
    throw new Error('secret-words: connect ECONNREFUSED');
  });
  const unknown = await create(one);
  expect(unknown).toMatchObject({ status: 503, code: 'gateway_unavailable', retryAfter: '1' });
  expect(unknown.text).not.toContain('secret-words');
  expect((await keyRow(key)).answer).toBeNull();
  gateway.before(async () => {});
  const answer = await create(another);
  expect(answer).toMatchObject({ status: 200, data: { status: 'PENDING' } });
  expect(gateway.asked).toEqual([`open ${answer.data.id}`, `open ${answer.data.id}`]);
  expect((await one.commerce.listGatewayCalls({ orderId })).items).toMatchObject([{ kind: 'POLL', status: 'DUE' }]);
});

test('a confirmation is made once a key, however many processes are asked for it', async () => {
  const { create, orderId } = await attempt();
  const { id: paymentId } = (await create(one)).data;
  const key = randomUUID();
  const confirm = async (api: TestApi) => post(api, 'payment.confirm', { paymentId, token: 'tk_1' }, key);
  const { letGo } = hold();
  const first = confirm(one);
  await until(() => gateway.asked.length === 2);
  expect(await confirm(another)).toMatchObject(inProgress);
  letGo();
  expect(await first).toMatchObject({ status: 200, data: { status: 'CAPTURED' } });
  expect(await confirm(another)).toEqual(await first);
  expect(gateway.asked).toEqual([`open ${paymentId}`, `confirm ${paymentId} tk_1`]);
  expect((await one.commerce.getOrder({ orderId })).status).toBe('PAID');
});

test('the typed client that is told to ask again does, and gets the answer of its first call', async () => {
  const { orderId } = await order();
  const { letGo } = hold();
  let sent = 0;
  const losing: typeof fetch = async (input, init) => {
    sent += 1;
    if (sent === 1) {
      void fetch(input, init);
      throw new TypeError('the connection broke');
    }
    const response = await fetch(input, init);
    if (response.status === 409) letGo();
    return response;
  };
  const client = createClient({ url: one.url, token, fetch: losing });
  const payment = await client.payment.create.mutate({ orderId, provider: 'stripe' });
  expect(payment).toMatchObject({ status: 'PENDING', next: { provider: 'stripe' } });
  expect(sent).toBe(3);
  expect(await payments(orderId)).toHaveLength(1);
});

test('what a page needs is secret: it is in no table and no log', async () => {
  const { pool } = one.database;
  const { create, key } = await attempt();
  const { text } = await create(one);
  expect(text).toContain('client-secret-of');
  expect((await keyRow(key)).answer).toMatchObject({ value: { status: 'PENDING' } });
  const { rows: tables } = await pool.query(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'commerce'`,
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const { rows } = await pool.query(`select t::text as line from ${name} t where t::text like '%client-secret-of%'`);
    expect(rows, name).toEqual([]);
  }
  expect(JSON.stringify([...one.log(), ...another.log()])).not.toMatch(/client-secret-of|secret-words/);
});

test('after all of this no invariant is broken', async () => {
  expect(await one.commerce.doctor()).toEqual([]);
});
