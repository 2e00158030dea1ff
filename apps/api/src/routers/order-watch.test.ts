import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, commerceErrorOf, type Client } from '../client.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { startTestApi, until, type TestApi } from '../testing/index.ts';
import { isSorted } from '../testing/is-sorted.ts';

let api: TestApi;
let customer: Client;
beforeAll(async () => {
  api = await startTestApi({ jobs: true });
  // A token of the tests is valid for a minute.
  customer = clientOf('customer-1');
});
afterAll(() => api?.close());

const clientOf = (customerId: string) =>
  createClient({ url: api.url, token: async () => api.customerToken(customerId) });

type Watched = { orderId: string; client?: Client; lastEventId?: string };

/** Watches an order and collects what the client receives. */
function watch({ client = customer, ...input }: Watched) {
  const versions: number[] = [];
  const statuses: string[] = [];
  const types: string[] = [];
  let error: unknown;
  const subscription = client.order.watch.subscribe(input, {
    onData({ data: { order, events } }) {
      versions.push(order.version);
      statuses.push(order.status);
      types.push(...events.map(({ type }) => type));
    },
    onError: (failure) => (error = failure),
  });
  return { versions, statuses, types, unsubscribe: () => subscription.unsubscribe(), error: () => error };
}

describe('order.watch', () => {
  test('sends the order as it is, and each change until it is PAID, with what happened', async () => {
    const { orderId, approval } = await createPendingOrder(api, customer);
    const watched = watch({ orderId });
    await until(() => watched.statuses.length > 0);
    expect(watched.statuses).toEqual(['PAYMENT_PENDING']);
    await api.sendWebhook(approval);
    await until(() => watched.statuses.includes('PAID'));
    expect(watched.types).toEqual(['payment.authorized', 'order.paid', 'shipment.created']);
    watched.unsubscribe();
  });

  test('sends nothing for an order that the caller has seen, until it changes', async () => {
    const { orderId, approval } = await createPendingOrder(api, customer);
    const { version } = await customer.order.get.query({ orderId });
    const watched = watch({ orderId, lastEventId: String(version) });
    const fresh = watch({ orderId });
    await until(() => fresh.versions.length > 0);
    await api.sendWebhook(approval);
    await until(() => watched.statuses.includes('PAID'));
    expect(watched.versions.every((seen) => seen > version)).toBe(true);
    for (const { unsubscribe } of [watched, fresh]) unsubscribe();
  });

  test.each([
    ['an order of another customer', async () => (await createPendingOrder(api, await api.customerClient())).orderId],
    ['an order that does not exist', async () => randomUUID()],
  ])('of %s ends with order_not_found', async (_, orderOf) => {
    const watched = watch({ orderId: await orderOf() });
    await until(() => watched.error() !== undefined);
    expect(commerceErrorOf(watched.error())).toMatchObject({ code: 'order_not_found' });
  });

  test('without a token, or with one that is not valid, ends with unauthenticated', async () => {
    const { orderId } = await createPendingOrder(api, customer);
    for (const token of [undefined, 'nonsense']) {
      const watched = watch({ orderId, client: createClient({ url: api.url, token }) });
      await until(() => watched.error() !== undefined);
      expect(commerceErrorOf(watched.error())).toMatchObject({ code: 'unauthenticated' });
    }
  });

  test('survives ten broken connections, with a renewed token each time, and never goes back', async () => {
    const proxy = await openFaultInjectingProxy(() => api.url);
    let tokens = 0;
    const token = async () => {
      tokens += 1;
      return api.customerToken('customer-1');
    };
    const { orderId, approval, failure } = await createPendingOrder(api, customer);
    let connections = 0;
    const counting: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      connections += 1;
      return response;
    };
    const watched = watch({ orderId, client: createClient({ url: proxy.url, token, fetch: counting }) });
    await until(() => watched.versions.length > 0);
    for (let round = 0; round < 10; round += 1) {
      const before = connections;
      await proxy.disconnect();
      if (round === 5) await api.sendWebhook(failure);
      await proxy.reconnect();
      await until(() => connections > before);
    }
    await api.sendWebhook(approval);
    await until(() => watched.statuses.includes('PAID'));
    expect(isSorted(watched.versions)).toBe(true);
    expect(tokens).toBeGreaterThanOrEqual(connections);
    expect(watched.types).toEqual(expect.arrayContaining(['payment.failed', 'order.paid']));
    expect(new Set(watched.types).size).toBe(watched.types.length);
    watched.unsubscribe();
    await proxy.close();
  });

  test('of a 21st order at once is refused for a customer, and works when another one has ended', async () => {
    const many = clientOf('customer-of-many-streams');
    const { orderId } = await createPendingOrder(api, many);
    const open = Array.from({ length: 20 }, () => watch({ orderId, client: many }));
    await until(() => open.every(({ versions }) => versions.length > 0));
    const response = await api.fetch(`/trpc/order.watch?input=${encodeURIComponent(JSON.stringify({ orderId }))}`, {
      headers: { authorization: `Bearer ${await api.customerToken('customer-of-many-streams')}` },
    });
    expect(await response.text()).toContain('overloaded');
    open[0]!.unsubscribe();
    const last = watch({ orderId, client: many });
    await until(() => last.versions.length > 0);
    for (const { unsubscribe } of [...open, last]) unsubscribe();
  });
});

test('a stream is sent with the headers that keep proxies from buffering it', async () => {
  const { orderId } = await createPendingOrder(api, customer);
  const closing = new AbortController();
  const response = await api.fetch(`/trpc/order.watch?input=${encodeURIComponent(JSON.stringify({ orderId }))}`, {
    headers: { authorization: `Bearer ${await api.customerToken('customer-1')}` },
    signal: closing.signal,
  });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  closing.abort();
});

describe('a stream is refused with the status of its error', () => {
  type Init = { method?: string; body?: string; headers?: Record<string, string> };
  const callOf = async (search: string, init: Init = {}) => {
    const response = await api.fetch(`/trpc/order.watch?${search}`, {
      ...init,
      headers: { authorization: `Bearer ${await api.customerToken('customer-1')}`, ...init.headers },
    });
    return { status: response.status, body: await response.text() };
  };
  const inputOf = (input: unknown) => `input=${encodeURIComponent(JSON.stringify(input))}`;
  const asked = inputOf({ orderId: randomUUID() });

  test.each<[string, number, string, Init?]>([
    ['without an input', 400, ''],
    ['with an input that is not JSON', 400, 'input=%7B'],
    ['with a bad input', 400, inputOf({ orderId: 'x' })],
    ['with a last id that is none', 400, asked, { headers: { 'last-event-id': 'x' } }],
    ['in a batch', 400, `batch=1&${inputOf({ 0: { orderId: randomUUID() } })}`],
    ['by POST', 405, asked, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
  ])('%s: %i', async (_, status, search, init) => {
    const refused = await callOf(search, init);
    expect(refused).toMatchObject({ status, body: expect.stringContaining('validation_failed') });
  });
});
