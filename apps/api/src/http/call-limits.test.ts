import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access } from '../auth/access.ts';
import { commerceErrorOf, createClient } from '../client.ts';
import { procedures } from '../trpc/procedures.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { callLimitsDefault, createCallLimits } from './call-limits.ts';

// A window that does not end during the tests. Each caller has ten calls in it.
const windowS = 3_600;
const callsMax = 10;
const perS = callsMax / windowS;

let api: TestApi;
beforeAll(async () => {
  const callLimits = { perKeyMax: perS, perCustomerMax: perS, perAddressMax: perS, windowS };
  api = await startTestApi({
    callLimits: { ...callLimits, addressHeader: 'x-forwarded-for' },
    guestOrders: { secrets: ['a secret of guests in the tests only'] },
  });
});
afterAll(() => api?.close());

let addresses = 0;
const newAddress = () => `203.0.113.${(addresses += 1)}`;

type Sender = Record<string, string>;
const fromAddress = (address: string): Sender => ({ 'x-forwarded-for': address });
const withToken = (token: string, address = newAddress()): Sender => ({
  authorization: `Bearer ${token}`,
  ...fromAddress(address),
});

const list = async (headers: Sender) => api.fetch('/trpc/product.list', { headers });
async function useUp(headers: Sender): Promise<void> {
  for (let call = 0; call < callsMax; call += 1) expect((await list(headers)).status).toBe(200);
}
const limited = {
  status: 429,
  commerce: {
    code: 'rate_limited',
    hint: expect.stringContaining('Retry-After'),
    details: { retryAfterS: expect.any(Number) },
  },
  retryAfter: expect.stringMatching(/^[1-9]\d*$/),
};

async function refusalIn(response: Response) {
  const { error } = (await response.json()) as { error: any };
  return { status: response.status, commerce: error.data.commerce, retryAfter: response.headers.get('retry-after') };
}

describe.each([
  ['an API key', async () => withToken(await api.createApiKey())],
  ['a customer', async () => withToken(await api.customerToken('kim'))],
  ['an address', async () => fromAddress(newAddress())],
])('%s that has sent too many calls', (_, sender) => {
  let headers: Sender;
  beforeAll(async () => {
    headers = await sender();
    await useUp(headers);
  });

  test.each(Object.keys(access))('gets a 429 with Retry-After from %s', async (path) => {
    const isMutation = procedures[path]?._def.type === 'mutation';
    const body = isMutation && {
      method: 'POST',
      body: '{}',
      headers: { ...headers, 'content-type': 'application/json' },
    };
    expect(await refusalIn(await api.fetch(`/trpc/${path}`, body || { headers }))).toEqual(limited);
  });
});

test('two keys of one client, and two customers behind one address, do not share a limit', async () => {
  const address = newAddress();
  for (const token of [await api.createApiKey(), await api.customerToken('li')]) {
    await useUp(withToken(token, address));
    expect(await refusalIn(await list(withToken(token, address)))).toEqual(limited);
  }
  for (const token of [await api.createApiKey(), await api.customerToken('max')])
    await useUp(withToken(token, address));
});

test('calls with valid tokens do not count for their address, and calls with refused tokens do', async () => {
  const address = newAddress();
  await useUp(withToken(await api.createApiKey(), address));
  for (let call = 0; call < callsMax; call += 1) expect((await list(withToken('unknown', address))).status).toBe(401);
  expect(await refusalIn(await list(withToken('unknown', address)))).toEqual(limited);
  expect(await refusalIn(await list(fromAddress(address)))).toEqual(limited);
  expect((await list(withToken(await api.createApiKey(), address))).status).toBe(200);
});

test('each call of a batch counts', async () => {
  const headers = withToken(await api.createApiKey());
  const batch = async (calls: number) =>
    api.fetch(`/trpc/${Array(calls).fill('order.stats').join(',')}?batch=1&input={}`, { headers });
  expect((await batch(callsMax - 1)).status).toBe(200);
  const refused = await batch(2);
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject(
    Array(2).fill({ error: { data: { commerce: { code: 'rate_limited' } } } }),
  );
});

test('of calls that come at once, as many as the limit are done', async () => {
  const headers = withToken(await api.createApiKey());
  const responses = await Promise.all(Array.from({ length: 40 }, async () => list(headers)));
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(callsMax);
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(40 - callsMax);
});

test('plain routes count for the address, and health checks never', async () => {
  const headers = fromAddress(newAddress());
  const openApi = async () => api.fetch('/openapi.json', { headers });
  for (let call = 0; call < callsMax; call += 1) expect((await openApi()).status).toBe(200);
  const refused = await openApi();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limited' } });
  expect((await api.fetch('/nowhere', { headers })).status).toBe(429);
  expect((await api.fetch('/metrics', { headers })).status).toBe(429);
  for (const path of ['/healthz', '/readyz']) expect((await api.fetch(path, { headers })).status).toBe(200);
});

test('signed webhooks are never refused for their number', async () => {
  const statuses = new Set<number>();
  for (let message = 0; message < 2 * callsMax; message += 1)
    statuses.add((await api.sendWebhook({ type: 'AUTHORIZED', paymentId: crypto.randomUUID() })).status);
  expect(statuses.has(429)).toBe(false);
});

test('the metrics count refused requests by who has sent too many', async () => {
  const headers = withToken(await api.createApiKey());
  const text = await (await api.fetch('/metrics', { headers })).text();
  for (const by of ['key', 'customer', 'address'])
    expect(text).toMatch(new RegExp(`^rate_limited_requests_total\\{by="${by}"\\} [1-9]`, 'm'));
});

test('the typed client waits as long as Retry-After says, and its call is done once', async () => {
  const short = await startTestApi({ callLimits: { perKeyMax: 1, perCustomerMax: 1, perAddressMax: 1, windowS: 2 } });
  try {
    const token = await short.createApiKey();
    const statuses: number[] = [];
    const waits: number[] = [];
    let refusedAt: number | undefined;
    let retryAfterMs = 0;
    const client = createClient({
      url: short.url,
      token,
      fetch: async (...sent) => {
        if (refusedAt !== undefined) waits.push(performance.now() - refusedAt - retryAfterMs);
        const response = await fetch(...sent);
        statuses.push(response.status);
        refusedAt = response.status === 429 ? performance.now() : undefined;
        retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
        return response;
      },
    });
    const skus = ['A', 'B', 'C'];
    const create = async (sku: string) =>
      client.product.create.mutate({ sku, name: sku, priceAmount: 1, currency: 'EUR' });
    for (const sku of skus) expect(await create(sku)).toMatchObject({ sku });
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(waits).toHaveLength(1);
    expect(Math.min(...waits)).toBeGreaterThan(-10);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
  } finally {
    await short.close();
  }
});

test('the typed client gives a refusal with a long Retry-After to its caller', async () => {
  const token = await api.createApiKey();
  await useUp(withToken(token));
  let sent = 0;
  const client = createClient({ url: api.url, token, fetch: async (...args) => ((sent += 1), fetch(...args)) });
  const error = await client.product.list.query().catch((thrown: unknown) => thrown);
  expect(commerceErrorOf(error)).toMatchObject({ code: 'rate_limited' });
  expect(sent).toBe(1);
});

test('a limit of 0 counts nothing', async () => {
  const limited: string[] = [];
  const limits = createCallLimits({ perKeyMax: 0, perCustomerMax: 0, perAddressMax: 0 }, (by) => limited.push(by));
  const caller = { kind: 'customer', customerId: 'kim' } as const;
  for (let call = 0; call < 10_000; call += 1) await limits.identify(undefined as never, 50, async () => caller);
  expect(limited).toEqual([]);
});

test('a count costs less than 20 µs of CPU time, also with 50,000 callers', async () => {
  const limits = createCallLimits({ ...callLimitsDefault, perCustomerMax: 1_000_000 }, () => {});
  const calls = 200_000;
  const begin = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) {
    const caller = { kind: 'customer', customerId: `customer-${call % 50_000}` } as const;
    await limits.identify(undefined as never, 1, async () => caller);
  }
  const { user, system } = process.cpuUsage(begin);
  expect((user + system) / calls).toBeLessThan(20);
});
