import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../client.ts';
import { DocumentCheck } from '../testing/checked-answers.ts';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { present, startTestApi, until, type TestApi } from '../testing/index.ts';
import { mutationInputs } from '../testing/mutation-inputs.ts';
import { createShop, otherInputs } from '../testing/query-inputs.ts';
import { procedures } from '../trpc/procedures.ts';

const check = new DocumentCheck();
const broker = { name: 'broker', publish: async () => {} };
const { gateway } = createFakeGateway('stripe');
const listing = { ...gateway, listEvents: async () => [] };

let api: TestApi;
let key: string;
let operator: Client;
beforeAll(async () => {
  api = await startTestApi({
    gateways: [listing],
    sinks: [broker],
    guestOrders: { secrets: ['a secret of the tests for the tokens of guests'] },
  });
  key = await api.createApiKey();
  operator = await api.operatorClient();
});
// Every answer of a test API is checked by the document, and `close` throws when one is not as the document says.
afterAll(() => api?.close());

async function call(path: string, input: unknown) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = input === undefined ? '' : JSON.stringify(input);
  const response = await (procedures[path]?._def.type === 'mutation'
    ? api.fetch(`/trpc/${path}`, { method: 'POST', headers, body })
    : api.fetch(`/trpc/${path}${body && `?input=${encodeURIComponent(body)}`}`, { headers }));
  return { status: response.status, text: await response.text() };
}

/** Runs the shop's jobs, which give events their positions, in a process beside it. */
async function runJobsUntil<T>(isDone: (withJobs: TestApi) => Promise<T | undefined>): Promise<T> {
  const withJobs = await startTestApi({ databaseOf: api, jobs: true, sinks: [broker] });
  try {
    return (await until(async () => isDone(withJobs))) as T;
  } finally {
    await withJobs.close();
  }
}

test.each(Object.keys(mutationInputs(() => api)))(
  '%s takes an input and answers as the document says',
  async (path) => {
    const input = await present(mutationInputs(() => api)[path])();
    expect(check.input(path, input)).toBe('');
    const { status, text } = await call(path, input);
    expect(status, text).toBe(200);
    expect(check.answer(path, status, JSON.parse(text))).toBe('');
  },
);

test('all other procedures but streams take inputs and answer as the document says', async () => {
  const inputs = otherInputs(await createShop(api, operator));
  await runJobsUntil(async () => (await operator.eventSink.list.query()).items[0]?.publishedAt ?? undefined);
  for (const [path, input] of Object.entries(inputs)) {
    expect(check.input(path, input)).toBe('');
    const { status, text } = await call(path, input);
    expect(status, `${path}: ${text}`).toBe(200);
    expect(check.answer(path, status, JSON.parse(text))).toBe('');
  }
});

test('the tests above have called every procedure but the streams', () => {
  const answering = Object.entries(procedures).filter(([, { _def }]) => _def.type !== 'subscription');
  expect([...api.answered].toSorted()).toEqual(answering.map(([path]) => path).toSorted());
});

describe('streams', () => {
  /** The first bytes of a stream, until they have the data of an event of the shop. */
  async function firstEvent(path: string, input: object, at = api): Promise<{ id: string; data: unknown }> {
    const headers = { authorization: `Bearer ${key}` };
    const { body } = await at.fetch(`/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers });
    let text = '';
    const reader = present(body).getReader();
    const event = await until(async () => {
      text += new TextDecoder().decode((await reader.read()).value);
      return text.split('\n\n').find((each) => /^id: /m.test(each) && each.includes('data: '));
    });
    await reader.cancel();
    const field = (name: string) => present(new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1], name);
    return { id: field('id'), data: JSON.parse(field('data')) };
  }

  test('order.watch sends events as the document says', async () => {
    const { id: orderId, version } = await api.commerce.placeOrder({
      customerId: 'c',
      lines: [{ productId: await api.createProduct(), quantity: 1 }],
    });
    const { id, data } = await firstEvent('order.watch', { orderId });
    expect(id).toBe(String(version));
    expect(check.event('order.watch', data)).toBe('');
  });

  test('event.stream sends events as the document says', async () => {
    await api.createProduct();
    const { data } = await runJobsUntil(async (withJobs) => firstEvent('event.stream', { after: '0' }, withJobs));
    expect(check.event('event.stream', data)).toBe('');
  });
});

describe('the check of answers', () => {
  const order = async () =>
    operator.order.get.query({ orderId: (await api.commerce.listOrders({ limit: 1 })).items[0]?.id ?? '' });

  test('finds a field that the document does not have, also in an intersection', async () => {
    const answer = (data: object) => check.answer('order.get', 200, { result: { data } });
    expect(answer(await order())).toBe('');
    expect(answer({ ...(await order()), secret: 1 })).toContain('unevaluated');
    expect(answer({ ...(await order()), lines: [{ secret: 1 }] })).toContain('must');
  });

  test('finds a missing field, another type, an unknown value and a refusal that is not in the document', async () => {
    const { createdAt: _, ...without } = await order();
    const answer = (data: object) => check.answer('order.get', 200, { result: { data } });
    expect(answer(without)).toContain("required property 'createdAt'");
    expect(answer({ ...(await order()), totalAmount: 1.5 })).toContain('must be integer');
    expect(answer({ ...(await order()), status: 'DONE' })).toContain('allowed values');
    expect(check.answer('order.get', 418, {})).toContain('no answer 418');
  });

  test('finds an input that the API would refuse', () => {
    const lines = [{ productId: 'x', quantity: 0 }];
    expect(check.input('order.create', { lines })).toContain('must match format "uuid"');
    expect(check.input('order.create', { lines: [] })).toContain('fewer than 1 items');
    expect(check.input('order.create', { lines: undefined, other: 1 })).not.toBe('');
  });
});
