import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { present } from '../testing/present.ts';
import { refusalFrom } from '../testing/refusal-from.ts';

let api: TestApi;
let customer: Client;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi();
  customer = await api.customerClient('kim');
  operator = await api.operatorClient('orders');
});
afterAll(() => api?.close());

test('a customer cannot name a customer for an order; an operator has to', async () => {
  const lines = [{ productId: await api.createProduct(), quantity: 1 }];
  const forOthers = await refusalFrom(customer.order.create.mutate({ lines, customerId: 'lee' }));
  expect(forOthers).toMatchObject({
    status: 400,
    code: 'validation_failed',
    details: { issues: [{ path: 'customerId' }] },
  });
  expect(await refusalFrom(operator.order.create.mutate({ lines }))).toMatchObject({
    status: 400,
    details: { issues: [{ path: 'customerId' }] },
  });
  expect(await operator.order.create.mutate({ lines, customerId: 'lee' })).toMatchObject({ customerId: 'lee' });
});

test('another customer’s order gets the same bytes as one that does not exist', async () => {
  const order = await (
    await api.customerClient('lee')
  ).order.create.mutate({ lines: [{ productId: await api.createProduct(), quantity: 1 }] });
  const authorization = `Bearer ${await api.customerToken('kim')}`;
  const callFor = async (path: string, orderId: string, isQuery: boolean, more: object = {}) => {
    const input = JSON.stringify({ orderId, ...more });
    const headers = { authorization, 'content-type': 'application/json', 'x-request-id': 'the-same' };
    const response = await (isQuery
      ? api.fetch(`/trpc/${path}?input=${encodeURIComponent(input)}`, { headers })
      : api.fetch(`/trpc/${path}`, { method: 'POST', headers, body: input }));
    const kept = [...response.headers].filter(([name]) => name !== 'date');
    return [response.status, kept, await response.text()];
  };
  const calls: [path: string, isQuery: boolean, more?: object][] = [
    ['order.get', true],
    ['order.history', true],
    ['payment.list', true],
    ['shipment.list', true],
    ['order.cancel', false],
    ['order.cancelLines', false, { lines: [{ lineNo: 1, quantity: 1 }] }],
    ['payment.create', false, { provider: 'mock' }],
  ];
  for (const [path, isQuery, more] of calls) {
    const others = await callFor(path, order.id, isQuery, more);
    expect(others, path).toEqual(await callFor(path, randomUUID(), isQuery, more));
    expect(others[0], path).toBe(404);
  }
  expect(await operator.order.get.query({ orderId: order.id })).toMatchObject({ status: 'CREATED' });
});

test('a customer lists only their own orders, the latest first, in pages; an operator lists all', async () => {
  const client = await api.customerClient('park');
  const productId = await api.createProduct();
  const placed: string[] = [];
  for (let index = 0; index < 3; index += 1)
    placed.unshift((await client.order.create.mutate({ lines: [{ productId, quantity: 1 }] })).id);
  const first = await client.order.list.query({ limit: 2 });
  expect(first.items.map(({ id }) => id)).toEqual(placed.slice(0, 2));
  const rest = await client.order.list.query({ limit: 2, cursor: present(first.nextCursor, 'cursor') });
  expect([rest.items.map(({ id }) => id), rest.nextCursor]).toEqual([placed.slice(2), null]);
  expect((await client.order.list.query()).items).toHaveLength(3);
  expect(await refusalFrom(client.order.list.query({ customerId: 'park' }))).toMatchObject({
    status: 400,
    code: 'validation_failed',
  });
  expect(await refusalFrom(client.order.list.query({ needsAttention: true }))).toMatchObject({
    status: 400,
    code: 'validation_failed',
  });
  expect((await operator.order.list.query({ customerId: 'park' })).items).toHaveLength(3);
  expect(
    new Set((await operator.order.list.query({ limit: 100 })).items.map(({ customerId }) => customerId)).size,
  ).toBeGreaterThan(1);
});
