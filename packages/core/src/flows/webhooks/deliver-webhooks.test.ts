import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWebhookSender } from '@commerce-core/webhook-sender';
import { Webhook } from 'standardwebhooks';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import {
  startWebhookReceiver,
  versionsBySubject,
  withStatus,
  type WebhookReceiver,
} from '../../testing/webhook-receiver.ts';

const sender = createWebhookSender({ allowPrivate: true, deadlineMs: 1_000 });
const webhooks = { loadSender: async () => sender, secretsKey: Buffer.alloc(32, 3) };

let shop: TestShop;
let receiver: WebhookReceiver;
let stopping: AbortController;
let running: Promise<void>;
const faults: unknown[] = [];
beforeEach(async () => {
  faults.length = 0;
  shop = await createTestShop({ webhooks, onFault: (error) => faults.push(error) });
  receiver = await startWebhookReceiver();
  stopping = new AbortController();
  running = shop.commerce.runJobs(stopping.signal, ({ error }) => error !== undefined && faults.push(error));
});
afterEach(async () => {
  stopping.abort();
  await running;
  await receiver.close();
  await shop.close();
  expect(faults).toEqual([]);
});

const createEndpoint = async (options: object = {}) =>
  shop.commerce.createWebhookEndpoint({ url: receiver.url, ...options });
const readEndpoint = async (endpointId: string) => shop.commerce.getWebhookEndpoint({ endpointId });
/** Lets the waiting deliveries become due now. */
const hasten = async () =>
  shop.database.pool.query(`update commerce.webhook_deliveries set due_at = now() where status = 'RETRYING'`);
/** Waits until the endpoint has got to the end of the log, with no delivery to retry. */
async function untilDelivered(endpointId: string, count?: number): Promise<void> {
  if (count !== undefined) await expect.poll(() => new Set(receiver.events().map(({ id }) => id)).size).toBe(count);
  await expect
    .poll(async () => {
      const { rows } = await shop.database.pool.query<{ behind: number }>(
        `select (select max(position) from commerce.event_positions) - position as behind
         from commerce.webhook_endpoints where id = $1`,
        [endpointId],
      );
      return { behind: rows[0]?.behind, retrying: (await readEndpoint(endpointId)).retrying };
    })
    .toEqual({ behind: 0, retrying: 0 });
}

test('an endpoint gets every event once, in order, signed by Standard Webhooks', async () => {
  const endpoint = await createEndpoint();
  const product = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [product]: 1 });
  await untilDelivered(endpoint.id, 3);
  expect(versionsBySubject(receiver.events())).toEqual({ [`product/${product}`]: [1, 2], [`order/${order.id}`]: [1] });
  const last = receiver.requests.find(({ events: [event] }) => event?.type === 'order.created');
  expect(last?.headers).toMatchObject({
    'content-type': 'application/cloudevents+json',
    'webhook-id': last?.events[0]?.id,
  });
  for (const { body, headers } of receiver.requests)
    expect(new Webhook(endpoint.secret).verify(body, headers as Record<string, string>)).toBeTruthy();
  expect(last?.events[0]).toMatchObject({ subject: `order/${order.id}`, data: { orderId: order.id } });
  const { items } = await shop.commerce.listDeliveries({ endpointId: endpoint.id });
  expect(items.map(({ type }) => type).toSorted()).toEqual(['order.created', 'product.created', 'stock.received']);
  for (const item of items)
    expect(item).toMatchObject({ attempt: 1, status: 'DELIVERED', statusCode: 204, nextAttemptAt: null });
});

test('an endpoint gets the events that it selects, and passes over the others', async () => {
  const endpoint = await createEndpoint({ types: ['stock.received'], aggregateTypes: ['product', 'order'] });
  await shop.createTestProduct();
  await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  await untilDelivered(endpoint.id, 2);
  expect(receiver.events().map(({ type }) => type)).toEqual(['stock.received', 'stock.received']);
});

test('an endpoint begins where it is told to', async () => {
  await shop.createTestProduct();
  await expect.poll(async () => (await shop.commerce.listEvents()).items).toHaveLength(2);
  const all = await createEndpoint({ startAt: '0' });
  await untilDelivered(all.id, 2);
  const later = await createEndpoint({ startAt: receiver.events()[0]?.position });
  await untilDelivered(later.id);
  expect(receiver.requests).toHaveLength(3);
  const none = await createEndpoint();
  await untilDelivered(none.id);
  expect(receiver.requests).toHaveLength(3);
});

describe('an event that fails', () => {
  test('holds back the later events of its own aggregate only, and is delivered with the same bytes', async () => {
    const endpoint = await createEndpoint();
    let failing: string | undefined;
    receiver.reply = ({ events: [event] }, response) => {
      failing ??= event?.subject;
      response.writeHead(event?.subject === failing ? 500 : 204).end('no');
    };
    const first = await shop.createTestProduct();
    await expect.poll(() => receiver.requests.length).toBeGreaterThan(0);
    const second = await shop.createTestProduct();
    await expect.poll(() => receiver.events().filter(({ subject }) => subject === `product/${second}`)).toHaveLength(2);
    await expect.poll(async () => (await readEndpoint(endpoint.id)).retrying).toBe(1);
    expect(receiver.events().filter(({ subject }) => subject === `product/${first}`)).toHaveLength(1);
    const { items } = await shop.commerce.listDeliveries({ endpointId: endpoint.id, status: 'FAILED' });
    expect(items).toMatchObject([{ statusCode: 500, answer: 'no', attempt: 1, nextAttemptAt: expect.any(Date) }]);
    receiver.reply = undefined;
    await hasten();
    await untilDelivered(endpoint.id, 4);
    expect(versionsBySubject(receiver.events())).toEqual({
      [`product/${first}`]: [1, 2],
      [`product/${second}`]: [1, 2],
    });
    const [once, again] = receiver.requests.filter(({ events: [event] }) => event?.id === receiver.events()[0]?.id);
    expect(again?.body).toBe(once?.body);
    expect(again?.headers['webhook-id']).toBe(once?.headers['webhook-id']);
  });

  test('is given up after ten attempts, and the next event of its aggregate says so', async () => {
    const endpoint = await createEndpoint();
    receiver.reply = withStatus(500);
    const product = await shop.createTestProduct();
    await expect.poll(async () => (await readEndpoint(endpoint.id)).retrying).toBe(1);
    receiver.reply = ({ events: [event] }, response) =>
      response.writeHead(event?.sequence.endsWith('1') ? 500 : 204).end();
    await shop.database.pool.query('update commerce.webhook_deliveries set attempts = 9, due_at = now()');
    await expect.poll(async () => (await readEndpoint(endpoint.id)).parked).toBe(1);
    await expect.poll(() => receiver.requests.length).toBe(3);
    const [, parked, next] = receiver.requests;
    expect(next?.events[0]?.sequence).toMatch(/2$/);
    expect(next?.headers['commerce-gap']).toBe(parked?.events[0]?.id);
    await shop.commerce.receiveStock({ productId: product, quantity: 1 });
    await expect.poll(() => receiver.requests.length).toBe(4);
    expect(receiver.requests[3]?.headers['commerce-gap']).toBeUndefined();
    receiver.reply = undefined;
    expect(await shop.commerce.redriveDeliveries({ endpointId: endpoint.id, parked: true })).toEqual({ redriven: 1 });
    await expect.poll(() => receiver.requests.length).toBe(5);
    expect(receiver.requests[4]?.body).toBe(parked?.body);
    await untilDelivered(endpoint.id);
    expect(await readEndpoint(endpoint.id)).toMatchObject({ retrying: 0, parked: 0 });
  });
});
