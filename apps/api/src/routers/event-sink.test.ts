import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventSink } from '@commerce-core/core';
import { commerceErrorOf, type Client } from '../client.ts';
import { startTestApi, until, type TestApi } from '../testing/index.ts';

const ids: string[] = [];
const sink: EventSink = {
  name: 'broker',
  publish: async (events) => {
    ids.push(...events.map(({ id }) => id));
  },
};
const brokenSink: EventSink = { name: 'broken', publish: async () => Promise.reject(new Error('connection refused')) };

let api: TestApi;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi({ jobs: true, sinks: [sink, brokenSink] });
  operator = await api.operatorClient('webhooks');
  await api.createProduct();
});
afterAll(() => api?.close());

const refusalOf = async (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error: unknown) => commerceErrorOf(error)?.code,
  );

test('the sinks get every event, and operators see how far each is and why one fails', async () => {
  await until(async () => {
    const [broken, broker] = (await operator.eventSink.list.query()).items;
    return broken?.lagEvents === 2 && broken.failure !== null && broker?.position === '1.2';
  });
  expect(ids).toHaveLength(2);
  const { items, nextCursor } = await operator.eventSink.list.query();
  expect(items).toMatchObject([
    { name: 'broken', lagEvents: 2, failure: 'connection refused' },
    { name: 'broker', position: '1.2', lagEvents: 0, lagSeconds: 0, attempts: 0, failure: null },
  ]);
  expect(nextCursor).toBeNull();
});

test('a republish sends the same events again by the jobs', async () => {
  expect(await operator.eventSink.republish.mutate({ sink: 'broker', from: '1.1' })).toMatchObject({ name: 'broker' });
  await until(() => ids.length === 3);
  await operator.eventSink.republish.mutate({ sink: 'broker', from: '0' });
  await until(() => ids.length === 5);
  expect(ids.slice(2)).toEqual([ids[1], ids[0], ids[1]]);
});

test('an unknown sink, an unknown position and an operator without the scope are refused', async () => {
  const republish = async (name: string, from: string, client = operator) =>
    refusalOf(client.eventSink.republish.mutate({ sink: name, from }));
  expect(await republish('other', '0')).toBe('event_sink_not_found');
  expect(await republish('broker', '1.99')).toBe('position_not_found');
  expect(await republish('broker', 'yesterday')).toBe('validation_failed');
  const other = await api.operatorClient('orders');
  expect(await republish('broker', '0', other)).toBe('forbidden');
  expect(await refusalOf(other.eventSink.list.query())).toBe('forbidden');
});

test('the metrics have the lag and the failures of each sink', async () => {
  const headers = { authorization: `Bearer ${await api.createApiKey()}` };
  const text = await (await api.fetch('/metrics', { headers })).text();
  expect(text).toContain('event_sink_lag{sink="broker",of="events"} 0');
  expect(text).toContain('event_sink_lag{sink="broken",of="events"} 2');
  expect(text).toMatch(/event_sink_lag\{sink="broken",of="seconds"\} \d/);
  expect(text).toMatch(/event_sink_lag\{sink="broken",of="failures"\} [1-9]/);
});
