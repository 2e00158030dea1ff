import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

// How long a call may wait.
const waitMaxMs = 1_000;
let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ batching: { queueMax: 3, waitMaxMs } });
  key = await api.apiKey();
});
afterAll(() => api?.close());

const place = async (productId: string, signal?: AbortSignal) => {
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

/** While somebody else holds a product's stock row. */
async function whileHeld(productId: string, during: () => Promise<void>): Promise<void> {
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

test('more than may wait is answered 503 with Retry-After, at once or by the clock, and leaves nothing behind', async () => {
  const productId = await api.product({ quantity: 100 });
  await whileHeld(productId, async () => {
    const refused = await Promise.all(Array.from({ length: 20 }, async () => place(productId)));
    expect(new Set(refused.map(({ status, code, retry }) => `${status} ${code} ${retry}`))).toEqual(
      new Set(['503 overloaded 1']),
    );
    // One met the held row, three waited; the others found no room.
    expect(refused.filter(({ ms }) => ms < waitMaxMs).length).toBeGreaterThanOrEqual(16);
  });
  expect(await api.stock(productId)).toEqual([100, 0]);
  await until(async () => (await place(productId)).status === 200);
  expect(await api.stock(productId)).toEqual([100, 1]);
});

test('a caller who goes away while waiting is no fault of ours, and nothing is done for them', async () => {
  const productId = await api.product({ quantity: 100 });
  const gone = new AbortController();
  await whileHeld(productId, async () => {
    const answer = place(productId, gone.signal).catch((error: Error) => error.name);
    await until(() => api.commerce.queues().some(({ blocked }) => blocked === 1));
    gone.abort();
    expect(await answer).toBe('AbortError');
    await until(() => api.commerce.queues().every(({ blocked }) => blocked === 0));
  });
  await until(() => api.log().some(({ status }) => status === 499));
  expect(api.log().filter(({ status }) => status === 499)).toMatchObject([{ level: 'info', codes: ['client_closed'] }]);
  expect(await api.stock(productId)).toEqual([100, 0]);
});
