import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../client.ts';
import { appRouter } from '../routers/index.ts';
import { gatewayDouble } from '../testing/gateway-double.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
let customer: string;
let operator: string;
beforeAll(async () => {
  api = await startTestApi({ gateways: [gatewayDouble('stripe').gateway] });
  customer = await api.token('customer-1');
  operator = await api.apiKey();
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

test('the same key and input answer the same bytes, and reserve once', async () => {
  const productId = await api.product();
  const key = randomUUID();
  const first = await post('order.create', orderOf(productId), key, customer);
  expect(first.status).toBe(200);
  expect(await post('order.create', orderOf(productId), key, customer)).toEqual(first);
  expect(await api.stock(productId)).toEqual([10, 1]);
});

test('a refusal is answered the same again, too', async () => {
  const productId = await api.product({ quantity: 1 });
  const key = randomUUID();
  const first = await post('order.create', orderOf(productId, 2), key, customer);
  expect(first).toMatchObject({ status: 409, text: expect.stringContaining('insufficient_stock') });
  expect(await post('order.create', orderOf(productId, 2), key, customer)).toEqual(first);
});

test('50 requests with one key at once place one order', async () => {
  const productId = await api.product();
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post('order.create', orderOf(productId), key, customer)),
  );
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await api.stock(productId)).toEqual([10, 1]);
});

test('a key with another input is refused with 422', async () => {
  const productId = await api.product();
  const key = randomUUID();
  await post('order.create', orderOf(productId), key, customer);
  expect(await post('order.create', orderOf(productId, 2), key, customer)).toMatchObject({
    status: 422,
    text: expect.stringContaining('idempotency_key_reused'),
  });
});

test('two callers with one key are two calls', async () => {
  const productId = await api.product();
  const key = randomUUID();
  await post('order.create', orderOf(productId), key, customer);
  await post('order.create', orderOf(productId), key, await api.token('customer-2'));
  expect(await api.stock(productId)).toEqual([10, 2]);
});

test.each([
  ['', 'an empty key'],
  ['a b', 'a key with a space'],
  ['x'.repeat(256), 'a key that is too long'],
])('%j: %s is refused', async (key) => {
  const productId = await api.product();
  expect(await post('order.create', orderOf(productId), key, customer)).toMatchObject({
    status: 400,
    text: expect.stringContaining('Idempotency-Key'),
  });
  expect(await api.stock(productId)).toEqual([10, 0]);
});

test('one key on several calls is refused, and none of them runs', async () => {
  const productId = await api.product();
  const batch = { 0: orderOf(productId), 1: orderOf(productId) };
  expect(await post('order.create,order.create?batch=1', batch, randomUUID(), customer)).toMatchObject({
    text: expect.stringContaining('Idempotency-Key'),
  });
  expect(await api.stock(productId)).toEqual([10, 0]);
});

describe('every mutation', () => {
  // Their answers can't be given again (a secret), or doing them again changes nothing.
  const unkeyed = [
    'apiKey.create',
    'apiKey.revoke',
    'gatewayEvent.fetchMissed',
    'order.clearAttention',
    'payment.poll',
    'payment.resume',
  ];

  const inputs: Record<string, () => Promise<unknown>> = {
    'product.create': async () => ({ sku: randomUUID(), name: 'x', priceAmount: 1, currency: 'KRW' }),
    'product.rename': async () => ({ productId: await api.product(), name: 'Another' }),
    'product.reprice': async () => ({ productId: await api.product(), priceAmount: 5 }),
    'product.archive': async () => ({ productId: await api.product() }),
    'stock.receive': async () => ({ productId: await api.product(), quantity: 5 }),
    'stock.set': async () => ({
      productId: await api.product(),
      expectedAvailableQty: 10,
      availableQty: 7,
      reason: 'counted',
    }),
    'order.create': async () => ({ ...orderOf(await api.product()), customerId: 'c' }),
    'order.cancel': async () => ({ orderId: (await ordered()).id }),
    'payment.create': async () => ({ orderId: (await ordered()).id, provider: 'mock' }),
    'payment.confirm': async () => ({ paymentId: (await attempt('stripe')).id, token: 'of the shopper’s browser' }),
    'payment.capture': async () => ({ paymentId: (await paid('AUTHORIZED')).id }),
    'payment.decideReview': async () => ({ paymentId: (await paid('AUTHORIZED', 999)).id, decision: 'REJECT' }),
    'refund.create': async () => ({ orderId: (await paid('CAPTURED')).orderId }),
    'gatewayEvent.redrive': async () => ({ gatewayEventId: await unmatched() }),
    'gatewayEvent.dismiss': async () => ({ gatewayEventId: await unmatched() }),
    'shipment.dispatch': async () => ({ shipmentId: await ready(), carrier: 'CJ', trackingNumber: '1' }),
    'shipment.markInTransit': async () => ({ shipmentId: await dispatched() }),
    'shipment.deliver': async () => ({ shipmentId: await dispatched() }),
  };
  const ordered = async () => api.commerce.placeOrder({ ...orderOf(await api.product()), customerId: 'c' });
  const dispatched = async () => {
    const shipmentId = await ready();
    await api.commerce.dispatchShipment({ shipmentId, carrier: 'CJ', trackingNumber: '1' });
    return shipmentId;
  };
  const attempt = async (provider: string) => api.commerce.createPayment({ orderId: (await ordered()).id, provider });
  async function paid(type: 'AUTHORIZED' | 'CAPTURED', amount = 1_000) {
    const payment = await attempt('mock');
    await api.webhook({ type, paymentId: payment.id, amount, currency: payment.currency });
    return payment;
  }
  const ready = async () => (await api.commerce.listShipments({ orderId: (await paid('AUTHORIZED')).orderId }))[0]!.id;
  const unmatched = async (): Promise<string> =>
    (await api.webhook({ type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' })).body.eventId;

  test('either takes a key or is known not to need one', () => {
    // At run time this is flat, by the path of each procedure; the types have it nested.
    const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;
    const mutations = Object.entries(flat).flatMap(([path, { _def }]) => (_def.type === 'mutation' ? [path] : []));
    expect(mutations.toSorted()).toEqual([...Object.keys(inputs), ...unkeyed].toSorted());
  });

  test.each(Object.keys(inputs))('%s runs once a key', async (path) => {
    const input = await inputs[path]!();
    const key = randomUUID();
    const first = await post(path, input, key);
    expect(first.status).toBe(200);
    expect(await post(path, input, key)).toEqual(first);
    // Sent again without the key it is a call of its own: that it can be told apart shows that the key did it.
    const { rows } = await api.database.pool.query('select 1 from commerce.idempotency_keys where key = $1', [key]);
    expect(rows).toHaveLength(1);
  });
});

describe('the typed client', () => {
  test('sends a call again whose answer was lost, and it happens once', async () => {
    const productId = await api.product();
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method !== 'POST' || lost === 2) return response;
      lost += 1;
      throw new TypeError('the answer was lost');
    };
    const client = createClient({ url: api.url, token: customer, fetch: losing });
    const order = await client.order.create.mutate(orderOf(productId));
    expect([lost, order.status]).toEqual([2, 'CREATED']);
    expect(await api.stock(productId)).toEqual([10, 1]);
  });

  test('gives up after a few attempts, and never repeats what was refused', async () => {
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

  test('takes a key of the caller’s own, for a call that must survive the page', async () => {
    const productId = await api.product();
    const client = createClient({ url: api.url, token: customer });
    const context = { idempotencyKey: randomUUID() };
    const first = await client.order.create.mutate(orderOf(productId), { context });
    expect(await client.order.create.mutate(orderOf(productId), { context })).toEqual(first);
    expect(await api.stock(productId)).toEqual([10, 1]);
  });
});
