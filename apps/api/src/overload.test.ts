import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

const queueMax = 3;
let api: TestApi;
// An API whose calls may wait for longer than any test takes.
let patientApi: TestApi;
beforeAll(async () => {
  api = await startTestApi({ batching: { queueMax, waitMaxMs: 1_000 } });
  patientApi = await startTestApi({ batching: { queueMax, waitMaxMs: 600_000 } });
});
afterAll(async () => {
  await api?.close();
  await patientApi?.close();
});

const placeOrder = async (at: TestApi, productId: string, signal?: AbortSignal) => {
  const key = await at.createApiKey();
  const response = await at.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
    body: JSON.stringify({ customerId: 'c', lines: [{ productId, quantity: 1 }] }),
    ...(signal && { signal }),
  });
  const body: any = await response.json();
  const code = body.error?.data.commerce.code ?? 'accepted';
  return `${response.status} ${code} ${response.headers.get('retry-after')}`;
};

/** Runs `during` while another transaction has locked a product's stock row. */
async function whileLocked(at: TestApi, productId: string, during: () => Promise<void>): Promise<void> {
  const holder = await at.database.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
    await during();
  } finally {
    await holder.query('rollback');
    holder.release();
  }
}

test('calls beyond the time limit of the queue get a 503 with Retry-After and change nothing', async () => {
  const productId = await api.createProduct({ quantity: 100 });
  await whileLocked(api, productId, async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => placeOrder(api, productId)));
    expect(new Set(answers)).toEqual(new Set(['503 overloaded 1']));
  });
  expect(await api.readStock(productId)).toEqual([100, 0]);
  await until(async () => (await placeOrder(api, productId)).startsWith('200'));
  expect(await api.readStock(productId)).toEqual([100, 1]);
});

test('calls for which the queue has no room get a 503 at once, and the others wait', async () => {
  const productId = await patientApi.createProduct({ quantity: 100 });
  const answers: string[] = [];
  let waiting: Promise<void>[] = [];
  await whileLocked(patientApi, productId, async () => {
    waiting = Array.from({ length: 20 }, async () => void answers.push(await placeOrder(patientApi, productId)));
    // While the row is locked, one call is blocked, and a few wait or run.
    await until(() => answers.length >= 20 - 3 * queueMax);
    expect(new Set(answers)).toEqual(new Set(['503 overloaded 1']));
  });
  await Promise.all(waiting);
  const accepted = answers.filter((answer) => answer === '200 accepted null').length;
  expect(accepted).toBeGreaterThanOrEqual(queueMax);
  expect(await patientApi.readStock(productId)).toEqual([100, accepted]);
});

test('a call whose caller disconnects while it waits is not run and is no server error', async () => {
  const productId = await api.createProduct({ quantity: 100 });
  const caller = new AbortController();
  await whileLocked(api, productId, async () => {
    const answer = placeOrder(api, productId, caller.signal).catch((error: Error) => error.name);
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
