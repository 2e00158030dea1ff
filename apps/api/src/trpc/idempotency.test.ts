import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../client.ts';
import { keylessMutations } from '../reference/keyless-mutations.ts';
import { procedures } from './procedures.ts';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { present, startTestApi, type TestApi } from '../testing/index.ts';
import { mutationInputs } from '../testing/mutation-inputs.ts';

let api: TestApi;
let customer: string;
let operator: string;
beforeAll(async () => {
  api = await startTestApi({ gateways: [createFakeGateway('stripe').gateway] });
  customer = await api.customerToken('customer-1');
  operator = await api.createApiKey();
});
afterAll(() => api.close());

async function post(path: string, input: unknown, key: string | undefined, token = operator) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const response = await api.fetch(`/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  return { status: response.status, text: await response.text() };
}

const orderOf = (productId: string, quantity = 1) => ({ lines: [{ productId, quantity }] });

test('the same key and input return the same bytes and reserve once', async () => {
  const productId = await api.createProduct();
  const key = randomUUID();
  const first = await post('order.create', orderOf(productId), key, customer);
  expect(first.status).toBe(200);
  expect(await post('order.create', orderOf(productId), key, customer)).toEqual(first);
  expect(await api.readStock(productId)).toEqual([10, 1]);
});

test('the same key and input return the same refusal', async () => {
  const productId = await api.createProduct({ quantity: 1 });
  const key = randomUUID();
  const first = await post('order.create', orderOf(productId, 2), key, customer);
  expect(first).toMatchObject({ status: 409, text: expect.stringContaining('insufficient_stock') });
  expect(await post('order.create', orderOf(productId, 2), key, customer)).toEqual(first);
});

test('50 concurrent requests with one key place one order', async () => {
  const productId = await api.createProduct();
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post('order.create', orderOf(productId), key, customer)),
  );
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await api.readStock(productId)).toEqual([10, 1]);
});

test('a key with another input gets a 422', async () => {
  const productId = await api.createProduct();
  const key = randomUUID();
  await post('order.create', orderOf(productId), key, customer);
  expect(await post('order.create', orderOf(productId, 2), key, customer)).toMatchObject({
    status: 422,
    text: expect.stringContaining('idempotency_key_reused'),
  });
});

test('the same key of two callers is two keys', async () => {
  const productId = await api.createProduct();
  const key = randomUUID();
  await post('order.create', orderOf(productId), key, customer);
  await post('order.create', orderOf(productId), key, await api.customerToken('customer-2'));
  expect(await api.readStock(productId)).toEqual([10, 2]);
});

test.each([
  ['', 'which is empty'],
  ['a b', 'which has a space'],
  ['x'.repeat(256), 'which is too long'],
])('the key %j, %s, gets a 400', async (key) => {
  const productId = await api.createProduct();
  expect(await post('order.create', orderOf(productId), key, customer)).toMatchObject({
    status: 400,
    text: expect.stringContaining('Idempotency-Key'),
  });
  expect(await api.readStock(productId)).toEqual([10, 0]);
});

test('a batch of mutations with a key is refused, and none of them runs', async () => {
  const productId = await api.createProduct();
  const batch = { 0: orderOf(productId), 1: orderOf(productId) };
  expect(await post('order.create,order.create?batch=1', batch, randomUUID(), customer)).toMatchObject({
    text: expect.stringContaining('Idempotency-Key'),
  });
  expect(await api.readStock(productId)).toEqual([10, 0]);
});

describe('every mutation', () => {
  const inputs = mutationInputs(() => api);

  test('either takes a key or is in the list of those that need none', () => {
    const mutations = Object.entries(procedures).flatMap(([path, { _def }]) =>
      _def.type === 'mutation' ? [path] : [],
    );
    expect(mutations.toSorted()).toEqual([...Object.keys(inputs), ...keylessMutations].toSorted());
  });

  test.each(Object.keys(inputs))('%s runs once per key', async (path) => {
    const input = await present(inputs[path])();
    const key = randomUUID();
    const first = await post(path, input, key);
    expect(first.status).toBe(200);
    expect(await post(path, input, key)).toEqual(first);
    // The row proves that the key made the second response equal, and not a mutation that changes nothing.
    const { rows } = await api.database.pool.query('select 1 from commerce.idempotency_keys where key = $1', [key]);
    expect(rows).toHaveLength(1);
  });
});

describe('the typed client', () => {
  test('retries a mutation whose response was lost, and it runs once', async () => {
    const productId = await api.createProduct();
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== 'POST' || lost === 2) return response;
      lost += 1;
      throw new TypeError('the response was lost');
    };
    const client = createClient({ url: api.url, token: customer, fetch: losing });
    const order = await client.order.create.mutate(orderOf(productId));
    expect([lost, order.status]).toEqual([2, 'CREATED']);
    expect(await api.readStock(productId)).toEqual([10, 1]);
  });

  test('retries up to `attemptsMax` and never retries a refusal', async () => {
    let sent = 0;
    const failing =
      (answer: () => Promise<Response>): typeof fetch =>
      async () => {
        sent += 1;
        return answer();
      };
    const lost = createClient({
      url: api.url,
      attemptsMax: 2,
      fetch: failing(async () => Promise.reject(new TypeError('no network'))),
    });
    await expect(lost.product.list.query()).rejects.toThrow('no network');
    expect(sent).toBe(2);
    sent = 0;
    const refusing = createClient({ url: api.url, fetch: failing(async () => fetch(`${api.url}/trpc/order.list`)) });
    await expect(refusing.order.list.query()).rejects.toMatchObject({ data: { code: 'UNAUTHORIZED' } });
    expect(sent).toBe(1);
  });

  test('uses the caller’s own key, for a call that must survive the page', async () => {
    const productId = await api.createProduct();
    const client = createClient({ url: api.url, token: customer });
    const context = { idempotencyKey: randomUUID() };
    const first = await client.order.create.mutate(orderOf(productId), { context });
    expect(await client.order.create.mutate(orderOf(productId), { context })).toEqual(first);
    expect(await api.readStock(productId)).toEqual([10, 1]);
  });
});
