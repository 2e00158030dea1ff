import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

// The longest time that a call may wait.
const waitMaxMs = 1_000;
let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ batching: { queueMax: 3, waitMaxMs } });
  key = await api.createApiKey();
});
afterAll(() => api?.close());

const placeOrder = async (productId: string, signal?: AbortSignal) => {
  const started = performance.now();
  const response = await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
    body: JSON.stringify({ customerId: 'c', lines: [{ productId, quantity: 1 }] }),
    ...(signal && { signal }),
  });
  const body: any = await response.json();
  return {
    ms: performance.now() - started,
    status: response.status,
    code: body.error?.data.commerce.code,
    retry: response.headers.get('retry-after'),
  };
};

/** Runs `during` while another transaction has locked a product's stock row. */
async function whileLocked(productId: string, during: () => Promise<void>): Promise<void> {
  const holder = await api.database.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
    await during();
  } finally {
    await holder.query('rollback');
    holder.release();
  }
}

test('calls beyond the queue or its time limit get a 503 with Retry-After and change nothing', async () => {
  const productId = await api.createProduct({ quantity: 100 });
  await whileLocked(productId, async () => {
    const refused = await Promise.all(Array.from({ length: 20 }, async () => placeOrder(productId)));
    expect(new Set(refused.map(({ status, code, retry }) => `${status} ${code} ${retry}`))).toEqual(
      new Set(['503 overloaded 1']),
    );
    // One was blocked by the locked row and three waited; the queue had no room for the others.
    expect(refused.filter(({ ms }) => ms < waitMaxMs).length).toBeGreaterThanOrEqual(16);
  });
  expect(await api.readStock(productId)).toEqual([100, 0]);
  await until(async () => (await placeOrder(productId)).status === 200);
  expect(await api.readStock(productId)).toEqual([100, 1]);
});

test('a call whose caller disconnects while it waits is not run and is no server error', async () => {
  const productId = await api.createProduct({ quantity: 100 });
  const caller = new AbortController();
  await whileLocked(productId, async () => {
    const answer = placeOrder(productId, caller.signal).catch((error: Error) => error.name);
    await until(() => api.commerce.queues().some(({ blocked }) => blocked === 1));
    caller.abort();
    expect(await answer).toBe('AbortError');
    await until(() => api.commerce.queues().every(({ blocked }) => blocked === 0));
  });
  await until(() => api.logLines().some(({ status }) => status === 499));
  expect(api.logLines().filter(({ status }) => status === 499)).toMatchObject([
    { level: 'info', codes: ['client_closed'] },
  ]);
  expect(await api.readStock(productId)).toEqual([100, 0]);
});
