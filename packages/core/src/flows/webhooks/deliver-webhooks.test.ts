import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { versionsBySubject, withStatus } from '../../testing/webhook-receiver.ts';
import { startWebhookShop, type WebhookShop } from '../../testing/webhook-shop.ts';

let shop: WebhookShop;
beforeEach(async () => {
  shop = await startWebhookShop();
});
afterEach(async () => {
  await shop.close();
});

test('an endpoint gets every event once, in order, signed by Standard Webhooks', async () => {
  const endpoint = await shop.createEndpoint();
  const product = await shop.createTestProduct();
  const order = await shop.createTestOrder({ [product]: 1 });
  await shop.untilReceived(3);
  await shop.untilDelivered(endpoint.id);
  expect(versionsBySubject(shop.receiver.events())).toEqual({
    [`product/${product}`]: [1, 2],
    [`order/${order.id}`]: [1],
  });
  const last = shop.receiver.requests.find(({ events: [event] }) => event?.type === 'order.created');
  expect(last?.headers).toMatchObject({
    'content-type': 'application/cloudevents+json',
    'webhook-id': last?.events[0]?.id,
  });
  for (const { body, headers } of shop.receiver.requests)
    expect(new Webhook(endpoint.secret).verify(body, headers as Record<string, string>)).toBeTruthy();
  expect(last?.events[0]).toMatchObject({ subject: `order/${order.id}`, data: { orderId: order.id } });
  const { items } = await shop.commerce.listDeliveries({ endpointId: endpoint.id });
  expect(items.map(({ type }) => type).toSorted()).toEqual(['order.created', 'product.created', 'stock.received']);
  for (const item of items)
    expect(item).toMatchObject({ attempt: 1, status: 'DELIVERED', statusCode: 204, nextAttemptAt: null });
});

test('an endpoint gets the events that it selects, and passes over the others', async () => {
  const endpoint = await shop.createEndpoint({ types: ['stock.received'], aggregateTypes: ['product', 'order'] });
  await shop.createTestProduct();
  await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  await shop.untilReceived(2);
  await shop.untilDelivered(endpoint.id);
  expect(shop.receiver.events().map(({ type }) => type)).toEqual(['stock.received', 'stock.received']);
});

test('an endpoint begins where it is told to', async () => {
  await shop.createTestProduct();
  await expect.poll(async () => (await shop.commerce.listEvents()).items).toHaveLength(2);
  const all = await shop.createEndpoint({ startAt: '0' });
  await shop.untilReceived(2);
  await shop.untilDelivered(all.id);
  const later = await shop.createEndpoint({ startAt: shop.receiver.events()[0]?.position });
  await shop.untilDelivered(later.id);
  expect(shop.receiver.requests).toHaveLength(3);
  const none = await shop.createEndpoint();
  await shop.untilDelivered(none.id);
  expect(shop.receiver.requests).toHaveLength(3);
});

describe('an event that fails', () => {
  test('holds back the later events of its own aggregate only, and is delivered with the same bytes', async () => {
    const endpoint = await shop.createEndpoint();
    let failing: string | undefined;
    shop.receiver.reply = ({ events: [event] }, response) => {
      failing ??= event?.subject;
      response.writeHead(event?.subject === failing ? 500 : 204).end('no');
    };
    const first = await shop.createTestProduct();
    await expect.poll(() => shop.receiver.requests.length).toBeGreaterThan(0);
    const second = await shop.createTestProduct();
    await expect
      .poll(() => shop.receiver.events().filter(({ subject }) => subject === `product/${second}`))
      .toHaveLength(2);
    await expect.poll(async () => (await shop.readEndpoint(endpoint.id)).retrying).toBe(1);
    expect(shop.receiver.events().filter(({ subject }) => subject === `product/${first}`)).toHaveLength(1);
    const { items } = await shop.commerce.listDeliveries({ endpointId: endpoint.id, status: 'FAILED' });
    expect(items).toMatchObject([{ statusCode: 500, answer: 'no', attempt: 1, nextAttemptAt: expect.any(Date) }]);
    shop.receiver.reply = undefined;
    await shop.hasten();
    await shop.untilReceived(4);
    await shop.untilDelivered(endpoint.id);
    expect(versionsBySubject(shop.receiver.events())).toEqual({
      [`product/${first}`]: [1, 2],
      [`product/${second}`]: [1, 2],
    });
    const [once, again] = shop.receiver.requests.filter(
      ({ events: [event] }) => event?.id === shop.receiver.events()[0]?.id,
    );
    expect(again?.body).toBe(once?.body);
    expect(again?.headers['webhook-id']).toBe(once?.headers['webhook-id']);
  });

  test('is given up after ten attempts, and the next event of its aggregate says so', async () => {
    const endpoint = await shop.createEndpoint();
    shop.receiver.reply = withStatus(500);
    const product = await shop.createTestProduct();
    await expect.poll(async () => (await shop.readEndpoint(endpoint.id)).retrying).toBe(1);
    shop.receiver.reply = ({ events: [event] }, response) =>
      response.writeHead(event?.sequence.endsWith('1') ? 500 : 204).end();
    await shop.database.pool.query(
      "update commerce.webhook_deliveries set attempts = 9, due_at = now() - interval '1 second'",
    );
    await expect.poll(async () => (await shop.readEndpoint(endpoint.id)).parked).toBe(1);
    await expect.poll(() => shop.receiver.requests.length).toBe(3);
    const [, parked, next] = shop.receiver.requests;
    expect(next?.events[0]?.sequence).toMatch(/2$/);
    expect(next?.headers['commerce-gap']).toBe(parked?.events[0]?.id);
    await shop.commerce.receiveStock({ productId: product, quantity: 1 });
    await expect.poll(() => shop.receiver.requests.length).toBe(4);
    expect(shop.receiver.requests[3]?.headers['commerce-gap']).toBeUndefined();
    shop.receiver.reply = undefined;
    expect(await shop.commerce.redriveDeliveries({ endpointId: endpoint.id, parked: true })).toEqual({ redriven: 1 });
    await expect.poll(() => shop.receiver.requests.length).toBe(5);
    expect(shop.receiver.requests[4]?.body).toBe(parked?.body);
    await shop.untilDelivered(endpoint.id);
    expect(await shop.readEndpoint(endpoint.id)).toMatchObject({ retrying: 0, parked: 0 });
  });
});
