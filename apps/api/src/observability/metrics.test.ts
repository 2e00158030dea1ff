import { randomUUID } from 'node:crypto';
import type { TrackingProvider } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { createPendingOrder } from '../testing/create-pending-order.ts';

// A provider that takes registrations and gives no answer to polls.
const scripted: TrackingProvider = {
  name: 'scripted',
  tracks: (carrier) => carrier === 'Scripted',
  isCarrier: () => true,
  receive: () => ({ eventId: null, reports: [], changed: [] }),
  register: async () => ({ providerRef: null, renewAt: null, report: null }),
  poll: async () => Promise.reject(new Error('time-out')),
};

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ throughProxy: true, trackingProviders: [scripted] });
});
afterAll(() => api?.close());

const fetchMetrics = async (token?: string) =>
  api.fetch('/metrics', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

test('operators see the responses per route and the commands per transaction', async () => {
  const productId = await api.createProduct();
  const customer = await api.customerClient();
  await Promise.all([1, 2, 3].map(() => customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] })));
  const response = await fetchMetrics(await api.createApiKey('gateway-events'));
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

test('operators see how many events have no position yet, and for how long', async () => {
  const read = async () => (await fetchMetrics(await api.createApiKey())).text();
  await api.createProduct();
  const before = await read();
  expect(Number(/^event_lag\{of="events"\} (\d+)$/m.exec(before)?.[1])).toBeGreaterThan(1);
  expect(Number(/^event_lag\{of="seconds"\} (\S+)$/m.exec(before)?.[1])).toBeGreaterThan(0);
  const numbered = await api.commerce.numberEvents();
  const after = await read();
  expect(after).toContain('event_lag{of="events"} 0');
  expect(after).toContain('event_lag{of="seconds"} 0');
  expect(after).toContain(`event_lag{of="position"} ${numbered}`);
  expect(after).toContain('open_streams 0');
});

test('operators see what retention has removed, and how far it is behind', async () => {
  const read = async () => (await fetchMetrics(await api.createApiKey())).text();
  await api.database.pool
    .query(`insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
    select 's', n::text, 'p', sha256('x'), '{"value":1}', now() - interval '10 minutes' from generate_series(1, 3) n`);
  const before = await read();
  expect(Number(/^retention_lag_seconds\{rule="idempotency_keys"\} (\S+)$/m.exec(before)?.[1])).toBeGreaterThanOrEqual(
    600,
  );
  for (const rule of ['webhook_attempts', 'parked_deliveries', 'gateway_event_bodies'])
    expect(before).toContain(`retention_lag_seconds{rule="${rule}"} 0`);
  await api.commerce.applyRetention();
  const after = await read();
  expect(after).toContain('retention_lag_seconds{rule="idempotency_keys"} 0');
  expect(after).toContain('retention_removed_total{rule="idempotency_keys"} 3');
});

test('operators see for how long the oldest row of each kind of background work waits', async () => {
  const read = async () => (await fetchMetrics(await api.createApiKey())).text();
  const productId = await api.createProduct({ quantity: 1 });
  const { id } = await api.commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 1 }] });
  const seconds = (text: string, of: string) =>
    Number(new RegExp(`^oldest_due_seconds\\{of="${of}"\\} (\\S+)$`, 'm').exec(text)?.[1]);
  const before = await read();
  const kinds = [
    'credits',
    'overdue_captures',
    'live_payments',
    'gateway_listings',
    'gateway_calls',
    'gateway_events',
    'tracking_messages',
    'parcels',
    'webhook_deliveries',
    'webhook_events',
    'open_refunds',
  ];
  for (const of of ['overdue_orders', ...kinds]) expect(seconds(before, of)).toBe(0);
  await api.database.pool.query(`update commerce.orders set hold_until = now() - interval '90 seconds' where id = $1`, [
    id,
  ]);
  const late = seconds(await read(), 'overdue_orders');
  expect(late).toBeGreaterThanOrEqual(90);
  expect(late).toBeLessThan(90 + 300);
});

test('requests to unknown paths create no further time series', async () => {
  for (const path of ['/a', '/b', '/trpc/nothing', '/trpc/nothing.else']) await api.fetch(path);
  const text = await (await fetchMetrics(await api.createApiKey())).text();
  const routes = new Set([...text.matchAll(/route="([^"]+)"/g)].map(([, route]) => route));
  expect(routes).toEqual(new Set(['order.create', 'other', 'unknown']));
});

test('operators see the backlog of gateway calls and messages, and the results of calls', async () => {
  const backlog = async () => {
    const text = await (await fetchMetrics(await api.createApiKey())).text();
    return Object.fromEntries(
      [...text.matchAll(/^gateway_backlog\{of="(\w+)"\} (\d+)$/gm)].map(([, of, value]) => [of, Number(value)]),
    );
  };
  expect(await backlog()).toEqual({ calls_open: 0, calls_unanswered: 0, events_waiting: 0, events_parked: 0 });
  const { approval, orderId } = await createPendingOrder(api, await api.customerClient());
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  await (await api.operatorClient('money')).refund.create.mutate({ orderId });
  await api.sendWebhook({ ...approval, paymentId: randomUUID() });
  expect(await backlog()).toMatchObject({ calls_open: 1, events_waiting: 1 });
  await api.commerce.callGateways();
  const { pool } = api.database;
  await pool.query(
    `update commerce.gateway_events set outcome = 'PARKED', due_at = null, decided_at = now()
      where outcome = 'UNMATCHED'`,
  );
  expect(await backlog()).toEqual({ calls_open: 0, calls_unanswered: 0, events_waiting: 0, events_parked: 1 });
  const text = await (await fetchMetrics(await api.createApiKey())).text();
  expect(text).toContain('webhook_deliveries{of="parked"} 0');
  expect(text).toContain('gateway_call_seconds_count{provider="mock",kind="REFUND",answered="yes"} 1');
});

test('operators see what carriers report, what they answer, and what waits, without tracking numbers', async () => {
  const readText = async () => (await fetchMetrics(await api.createApiKey())).text();
  const backlog = async () =>
    Object.fromEntries(
      [...(await readText()).matchAll(/^tracking_backlog\{of="(\w+)"\} (\d+)$/gm)].map(([, of, value]) => [
        of,
        Number(value),
      ]),
    );
  expect(await backlog()).toEqual({ messages_waiting: 0, messages_parked: 0, parcels_due: 0 });
  const { approval, orderId } = await createPendingOrder(api, await api.customerClient());
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  const operator = await api.operatorClient('orders');
  const { items } = await operator.shipment.list.query({ orderId });
  const trackingNumber = randomUUID();
  await operator.shipment.dispatch.mutate({ shipmentId: items[0]?.id ?? '', carrier: 'Scripted', trackingNumber });
  expect(await backlog()).toMatchObject({ parcels_due: 1 });
  expect(await api.commerce.trackParcels('scripted')).toBe(1);
  await api.database.pool.query("update commerce.parcels set due_at = now() - interval '1 second'");
  expect(await api.commerce.trackParcels('scripted')).toBe(1);
  const body = { reports: [{ carrier: 'Mock', trackingNumber: randomUUID(), checkpoints: [] }] };
  const eventId = randomUUID();
  await api.sendTracking(body, { eventId });
  await api.sendTracking(body, { eventId });
  expect(await backlog()).toEqual({ messages_waiting: 1, messages_parked: 0, parcels_due: 0 });
  await api.database.pool.query(
    `update commerce.tracking_messages set outcome = 'PARKED', due_at = null, decided_at = now()`,
  );
  expect(await backlog()).toEqual({ messages_waiting: 0, messages_parked: 1, parcels_due: 0 });
  const text = await readText();
  expect(text).toContain('tracking_call_seconds_count{provider="scripted",kind="register",answered="yes"} 1');
  expect(text).toContain('tracking_call_seconds_count{provider="scripted",kind="poll",answered="unknown"} 1');
  expect(text).toContain('tracking_messages_total{provider="mock",outcome="UNMATCHED",duplicate="false"} 1');
  expect(text).toContain('tracking_messages_total{provider="mock",outcome="UNMATCHED",duplicate="true"} 1');
  expect(text).not.toContain(trackingNumber);
});

test('without a database all other metrics are still there', async () => {
  const metrics = createMetrics({ keepMs: 60_000 });
  metrics.watch(api.commerce);
  await api.disconnectDatabase();
  const text = await metrics.text();
  await api.reconnectDatabase();
  expect(text).not.toContain('gateway_backlog{');
  expect(text).toMatch(/process_resident_memory_bytes \d+/);
  expect(await metrics.text()).toContain('gateway_backlog{of="events_waiting"} 0');
});

test('anonymous callers and customers get no metrics', async () => {
  expect((await fetchMetrics()).status).toBe(401);
  expect((await fetchMetrics(await api.customerToken('customer-1'))).status).toBe(403);
});
