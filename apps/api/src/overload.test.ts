import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ batching: { queueMax: 3, waitMaxMs: 300 } });
  key = await api.apiKey();
});
afterAll(() => api?.close());

test('more than may wait is answered 503 with Retry-After, at once or by the clock, and leaves nothing behind', async () => {
  const productId = await api.product({ quantity: 100 });
  const holder = await api.database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from commerce.stocks where product_id = $1 for update', [productId]);
  const place = async () => {
    const started = performance.now();
    const response = await api.fetch('/trpc/order.create', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
      body: JSON.stringify({ customerId: 'c', lines: [{ productId, quantity: 1 }] }),
    });
    const body: any = await response.json();
    return { ms: performance.now() - started, status: response.status, code: body.error?.data.commerce.code, retry: response.headers.get('retry-after') };
  };
  const refused: Awaited<ReturnType<typeof place>>[] = [];
  const answers = Array.from({ length: 20 }, async () => {
    const answer = await place();
    refused.push(answer);
    return answer;
  });
  // All but the one that is stuck at the lock are answered while it is held: those that found no room, then those that waited.
  await until(() => refused.length === 19);
  await holder.query('rollback');
  holder.release();
  await Promise.all(answers);
  expect(new Set(refused.slice(0, 19).map(({ status, code, retry }) => `${status} ${code} ${retry}`))).toEqual(new Set(['503 overloaded 1']));
  expect((await Promise.all(answers)).filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await api.stock(productId)).toEqual([100, 1]);
});
