import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => { api = await startTestApi(); });
afterAll(() => api?.close());

const metrics = async (token?: string) =>
  api.fetch('/metrics', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

test('operators see how calls were answered and how they shared transactions', async () => {
  const productId = await api.product();
  const customer = await api.customer();
  await Promise.all([1, 2, 3].map(() => customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] })));
  const response = await metrics(await api.apiKey('events'));
  const text = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(text).toContain('http_request_seconds_count{route="order.create",status="200"} 3');
  expect(text).toMatch(/batch_commands_sum\{queue="order.create"\} 3/);
  expect(text).toContain('queue_commands{queue="order.create"} 0');
  expect(text).toMatch(/process_resident_memory_bytes \d+/);
});

test('whatever is asked for, the names of time series stay few', async () => {
  for (const path of ['/a', '/b', '/trpc/nothing', '/trpc/nothing.else']) await api.fetch(path);
  const text = await (await metrics(await api.apiKey())).text();
  const routes = new Set([...text.matchAll(/route="([^"]+)"/g)].map(([, route]) => route));
  expect(routes).toEqual(new Set(['order.create', 'other', 'unknown']));
});

test('nobody else sees them', async () => {
  expect((await metrics()).status).toBe(401);
  expect((await metrics(await api.token('customer-1'))).status).toBe(403);
});
