import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { pendingOrder } from '../testing/pending-order.ts';
import { openWire, type Wire } from '../testing/wire.ts';

let api: TestApi;
let wire: Wire;
beforeAll(async () => {
  const via = async (url: string) => (wire = await openWire(url)).url;
  api = await startTestApi({ via });
});
afterAll(() => api?.close());

const metrics = async (token?: string) =>
  api.fetch('/metrics', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

test('operators see how calls were answered and how they shared transactions', async () => {
  const productId = await api.product();
  const customer = await api.customer();
  await Promise.all([1, 2, 3].map(() => customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] })));
  const response = await metrics(await api.apiKey('gateway-events'));
  const text = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(text).toContain('http_request_seconds_count{route="order.create",status="200"} 3');
  expect(text).toMatch(/batch_commands_sum\{queue="order.create"\} 3/);
  expect(text).toMatch(/batch_weight_sum\{queue="order.create"\} 3/);
  expect(text).toContain('queue_commands{queue="order.create",for="lane"} 0');
  expect(text).toContain('queue_commands{queue="order.create",for="row"} 0');
  expect(text).toContain('queue_lanes_running{queue="order.create"} 0');
  expect(text).toMatch(/process_resident_memory_bytes \d+/);
});

test('whatever is asked for, the names of time series stay few', async () => {
  for (const path of ['/a', '/b', '/trpc/nothing', '/trpc/nothing.else']) await api.fetch(path);
  const text = await (await metrics(await api.apiKey())).text();
  const routes = new Set([...text.matchAll(/route="([^"]+)"/g)].map(([, route]) => route));
  expect(routes).toEqual(new Set(['order.create', 'other', 'unknown']));
});

test('operators see what waits between gateways and shop, and how calls were answered', async () => {
  const backlog = async () => {
    const text = await (await metrics(await api.apiKey())).text();
    return Object.fromEntries(
      [...text.matchAll(/^gateway_backlog\{of="(\w+)"\} (\d+)$/gm)].map(([, of, value]) => [of, Number(value)]),
    );
  };
  expect(await backlog()).toEqual({ calls_open: 0, calls_unanswered: 0, events_waiting: 0, events_parked: 0 });
  const { approval, orderId } = await pendingOrder(api, await api.customer());
  await api.webhook({ ...approval, type: 'CAPTURED' });
  await (await api.operator('money')).refund.create.mutate({ orderId });
  await api.webhook({ ...approval, paymentId: randomUUID() });
  expect(await backlog()).toMatchObject({ calls_open: 1, events_waiting: 1 });
  await api.commerce.callGateways();
  const { pool } = api.database;
  await pool.query(
    `update commerce.gateway_events set outcome = 'PARKED', due_at = null, decided_at = now() where outcome = 'UNMATCHED'`,
  );
  expect(await backlog()).toEqual({ calls_open: 0, calls_unanswered: 0, events_waiting: 0, events_parked: 1 });
  const text = await (await metrics(await api.apiKey())).text();
  expect(text).toContain('gateway_call_seconds_count{provider="mock",kind="REFUND",answered="yes"} 1');
});

test('without a database they still tell the rest', async () => {
  const counted = createMetrics();
  counted.watch(api.commerce);
  await wire.cut();
  const text = await counted.text();
  await wire.mend();
  expect(text).not.toContain('gateway_backlog{');
  expect(text).toMatch(/process_resident_memory_bytes \d+/);
  expect(await counted.text()).toContain('gateway_backlog{of="events_waiting"} 0');
});

test('nobody else sees them', async () => {
  expect((await metrics()).status).toBe(401);
  expect((await metrics(await api.token('customer-1'))).status).toBe(403);
});
