import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { connect } from '../../database/connect.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { webhookSecret } from '../../testing/test-shop.ts';
import { startWebhookReceiver, versionsBySubject, withStatus } from '../../testing/webhook-receiver.ts';
import { startWebhookShop, testWebhooks, type WebhookShop } from '../../testing/webhook-shop.ts';

let shop: WebhookShop;
beforeEach(async () => {
  shop = await startWebhookShop();
});
afterEach(async () => {
  await shop.close();
});

const createProducts = async (count: number) => {
  for (let made = 0; made < count; made += 1) await shop.createTestProduct();
};
const readStored = async (endpointId: string) =>
  (await shop.database.pool.query('select * from commerce.webhook_endpoints where id = $1', [endpointId])).rows[0];

describe('a receiver that', () => {
  test('replies 410 is disabled at once, keeps its place, and continues when it is resumed', async () => {
    shop.receiver.reply = withStatus(410);
    const { id: endpointId, position } = await shop.createEndpoint({ aggregateTypes: ['product'] });
    await createProducts(2);
    await expect
      .poll(async () => shop.readEndpoint(endpointId))
      .toMatchObject({
        status: 'DISABLED',
        disabledReason: 'gone',
        retrying: 0,
        position,
      });
    await expect
      .poll(async () => (await shop.commerce.listEvents({ types: ['endpoint.disabled'] })).items)
      .toMatchObject([{ aggregateId: endpointId, version: 1, data: { endpointId, reason: 'gone' } }]);
    shop.receiver.requests.length = 0;
    shop.receiver.reply = undefined;
    await shop.commerce.resumeWebhookEndpoint({ endpointId });
    await shop.untilReceived(4);
    expect(Object.values(versionsBySubject(shop.receiver.events()))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('replies 429 with Retry-After gets nothing until then, and fewer requests at once', async () => {
    shop.receiver.reply = withStatus(429, { 'retry-after': '3600' });
    const endpoint = await shop.createEndpoint();
    await createProducts(1);
    await expect.poll(async () => (await readStored(endpoint.id)).not_before).not.toBeNull();
    await expect.poll(async () => (await readStored(endpoint.id)).leased_until).toBeNull();
    const stored = await readStored(endpoint.id);
    expect(stored.not_before.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    expect(stored.in_flight).toBeLessThan(4);
    const { items } = await shop.commerce.listDeliveries({ endpointId: endpoint.id });
    const due = items[0]?.nextAttemptAt?.getTime() ?? 0;
    expect(due).toBeGreaterThan(Date.now() + 3_500_000);
    const received = shop.receiver.requests.length;
    await createProducts(1);
    await sleep(1_500);
    expect(shop.receiver.requests).toHaveLength(received);
  });

  test('redirects has failed, and the redirect is not followed', async () => {
    const elsewhere = await startWebhookReceiver();
    shop.receiver.reply = withStatus(308, { location: elsewhere.url });
    const endpoint = await shop.createEndpoint();
    await createProducts(1);
    await expect.poll(async () => (await shop.readEndpoint(endpoint.id)).retrying).toBe(1);
    expect((await shop.commerce.listDeliveries({ endpointId: endpoint.id })).items).toMatchObject([
      { status: 'FAILED', statusCode: 308, attempt: 1 },
    ]);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('hangs delays no other receiver, and is tried with fewer requests at once', async () => {
    const hanging = await startWebhookReceiver(() => {});
    const hung = await shop.createEndpoint({ url: hanging.url });
    const others = await Promise.all(Array.from({ length: 5 }, async () => shop.createEndpoint()));
    const begin = performance.now();
    await createProducts(10);
    await expect.poll(() => shop.receiver.requests.length).toBe(5 * 20);
    // The hanging exchanges take a second each.
    expect(performance.now() - begin).toBeLessThan(10_000);
    for (const { id } of others) await shop.untilDelivered(id);
    await expect.poll(async () => (await shop.readEndpoint(hung.id)).retrying).toBeGreaterThan(2);
    await expect.poll(async () => (await readStored(hung.id)).in_flight).toBe(1);
    expect((await shop.readEndpoint(hung.id)).failingSince).toEqual(expect.any(Date));
    hanging.reply = undefined;
    await shop.commerce.pauseWebhookEndpoint({ endpointId: hung.id });
    await hanging.close();
  });

  test('fails for every aggregate is sent no more events than a hundred aggregates have', async () => {
    shop.receiver.reply = withStatus(500);
    const endpoint = await shop.createEndpoint({ aggregateTypes: ['product'] });
    await shop.createTestProducts(300, 1);
    await expect.poll(async () => (await readStored(endpoint.id)).cursor_waits).toBe(true);
    await expect.poll(async () => (await readStored(endpoint.id)).leased_until).toBeNull();
    const { retrying } = await shop.readEndpoint(endpoint.id);
    expect(retrying).toBeGreaterThanOrEqual(100);
    expect(retrying).toBeLessThan(120);
    shop.receiver.requests.length = 0;
    shop.receiver.reply = undefined;
    await shop.hasten();
    await shop.untilReceived(600);
    await shop.untilDelivered(endpoint.id);
    for (const versions of Object.values(versionsBySubject(shop.receiver.events()))) expect(versions).toEqual([1, 2]);
  });
});

describe('an endpoint with lists', () => {
  test('gets events in lists, in order, and one by one after a failure', async () => {
    const endpoint = await shop.createEndpoint({ batchMax: 50, aggregateTypes: ['product'] });
    let failures = 0;
    shop.receiver.reply = ({ events }, response) =>
      response.writeHead(events.length > 1 && (failures += 1) === 1 ? 500 : 204).end();
    await shop.createTestProducts(60, 1);
    await expect.poll(async () => (await shop.readEndpoint(endpoint.id)).retrying).toBeGreaterThan(0);
    await shop.hasten();
    await shop.untilReceived(120);
    await shop.untilDelivered(endpoint.id);
    for (const versions of Object.values(versionsBySubject(shop.receiver.events()))) expect(versions).toEqual([1, 2]);
    expect(shop.receiver.requests[0]).toMatchObject({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      events: { length: 50 },
    });
  });

  test('gets the same list again after its worker has lost the endpoint', async () => {
    const hang = Promise.withResolvers<void>();
    shop.receiver.reply = (_, response) => void hang.promise.then(() => response.writeHead(204).end());
    const endpoint = await shop.createEndpoint({ batchMax: 20, aggregateTypes: ['product'] });
    await shop.createTestProducts(5, 1);
    await expect.poll(() => shop.receiver.requests.length).toBe(1);
    // More events come before another worker takes the endpoint.
    await shop.createTestProducts(5, 1);
    shop.receiver.reply = undefined;
    await shop.database.pool.query('update commerce.webhook_endpoints set fence = fence + 1, leased_until = null');
    await shop.untilReceived(20);
    const [first, second] = shop.receiver.requests;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    hang.resolve();
    await shop.untilDelivered(endpoint.id);
  });
});

test('a shop with a schedule of its own tries again by it, and gives up after its last pause', async () => {
  const hasty = await startWebhookShop(withStatus(500), { webhooks: { retryPausesMs: [10, 10] } });
  const { id: endpointId } = await hasty.createEndpoint({ types: ['product.created'] });
  await hasty.createTestProduct();
  await expect.poll(async () => (await hasty.readEndpoint(endpointId)).parked).toBe(1);
  const { items } = await hasty.commerce.listDeliveries({ endpointId });
  expect(items.map(({ status, attempt }) => [status, attempt])).toEqual([
    ['PARKED', 3],
    ['FAILED', 2],
    ['FAILED', 1],
  ]);
  await hasty.close();
});

describe('two workers', () => {
  test('deliver each event once, in order', async () => {
    const url = shop.database.url;
    const database = connect({ url });
    const other = createCommerce({ database, gateways: [mockGateway([webhookSecret])], webhooks: testWebhooks });
    const stopping = new AbortController();
    const running = other.runJobs(stopping.signal);
    const endpoints = await Promise.all(
      Array.from({ length: 4 }, async () => shop.createEndpoint({ types: ['product.created', 'stock.received'] })),
    );
    await createProducts(40);
    await expect.poll(() => shop.receiver.requests.length).toBe(4 * 80);
    for (const { id } of endpoints) await shop.untilDelivered(id);
    stopping.abort();
    await running;
    await database.close();
    expect(shop.receiver.requests).toHaveLength(4 * 80);
    for (const versions of Object.values(versionsBySubject(shop.receiver.events()))) expect(versions).toEqual([1, 2]);
  });

  test('take over from each other, and repeat nothing whose delivery was written', async () => {
    const [slow, failing] = await shop.createTestProducts(10, 1);
    shop.receiver.reply = ({ events: [event] }, response) => {
      if (event?.subject !== `product/${slow}`)
        response.writeHead(event?.subject === `product/${failing}` ? 500 : 204).end();
    };
    const endpoint = await shop.createEndpoint({ aggregateTypes: ['product'], startAt: '0' });
    const isDelivered = { endpointId: endpoint.id, status: 'DELIVERED' } as const;
    await expect.poll(async () => (await shop.commerce.listDeliveries(isDelivered)).items.length).toBe(16);
    shop.receiver.reply = undefined;
    await shop.database.pool.query('update commerce.webhook_endpoints set leased_until = null');
    await expect
      .poll(async () => {
        await shop.hasten();
        return new Set(shop.receiver.events().map(({ id }) => id)).size;
      })
      .toBe(20);
    await shop.untilDelivered(endpoint.id);
    // The slow event and the failing one came twice.
    expect(shop.receiver.requests).toHaveLength(20 + 2);
  });

  test('take over from each other within ten seconds, with the same bytes', async () => {
    const database = connect({ url: shop.database.url });
    const dying = createCommerce({ database, gateways: [mockGateway([webhookSecret])], webhooks: testWebhooks });
    const endpoint = await shop.createEndpoint();
    // The first worker is the other one: it has the endpoint before this shop's jobs look for it.
    await shop.database.pool.query(`update commerce.webhook_endpoints set leased_until = now() + interval '1 hour'`);
    await createProducts(1);
    await expect.poll(async () => (await shop.commerce.listEvents()).items.length).toBe(2);
    await shop.database.pool.query('update commerce.webhook_endpoints set leased_until = null');
    await dying.deliverWebhooks();
    await expect.poll(() => shop.receiver.requests.length).toBeGreaterThan(0);
    // Its connections are gone before it has written what it sent.
    await database.close();
    const begin = performance.now();
    await shop.untilDelivered(endpoint.id);
    expect(performance.now() - begin).toBeLessThan(10_000);
    const bodies = new Map<string, Set<string>>();
    for (const { headers, body } of shop.receiver.requests) {
      const id = String(headers['webhook-id']);
      bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    }
    expect([...bodies.values()].map(({ size }) => size)).toEqual([1, 1]);
  });
});
