import { afterEach, beforeEach, expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { versionsBySubject, withStatus, type ReceivedRequest } from '../../testing/webhook-receiver.ts';
import { startWebhookShop, type WebhookShop } from '../../testing/webhook-shop.ts';

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
const isSignedBy =
  (secret: string) =>
  ({ body, headers }: ReceivedRequest): boolean => {
    try {
      // The headers of Standard Webhooks are single texts.
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  };

test('a secret that is rotated while events are delivered leaves no request unverified', async () => {
  const { id: endpointId, secret } = await shop.createEndpoint();
  const creating = createProducts(20);
  await expect.poll(() => shop.receiver.requests.length).toBeGreaterThan(5);
  const rotated = await shop.commerce.rotateWebhookSecret({ endpointId });
  await creating;
  await shop.untilReceived(40);
  await shop.untilDelivered(endpointId);
  const { requests } = shop.receiver;
  expect(requests.filter((request) => !isSignedBy(secret)(request))).toEqual([]);
  expect(isSignedBy(rotated.secret)(requests[0]!)).toBe(false);
  await createProducts(1);
  await shop.untilReceived(42);
  expect(isSignedBy(rotated.secret)(requests.at(-1)!)).toBe(true);
  await shop.untilDelivered(endpointId);
});

test('a filter that is changed while events are delivered loses none that both filters want', async () => {
  const { id: endpointId } = await shop.createEndpoint();
  const creating = createProducts(20);
  await expect.poll(() => shop.receiver.requests.length).toBeGreaterThan(5);
  await shop.commerce.updateWebhookEndpoint({ endpointId, types: ['stock.received'] });
  await creating;
  await shop.untilDelivered(endpointId);
  const received = new Set(
    shop.receiver.events().flatMap(({ type, subject }) => (type === 'stock.received' ? subject : [])),
  );
  expect(received.size).toBe(20);
  const before = shop.receiver.requests.length;
  await createProducts(1);
  await expect.poll(() => shop.receiver.requests.length).toBe(before + 1);
  await shop.untilDelivered(endpointId);
});

test('a paused endpoint gets nothing, and everything after it is resumed', async () => {
  const { id: endpointId } = await shop.createEndpoint();
  await shop.commerce.pauseWebhookEndpoint({ endpointId });
  await createProducts(3);
  await expect.poll(async () => (await shop.commerce.listEvents()).items.length).toBe(6);
  expect(shop.receiver.requests).toEqual([]);
  await shop.commerce.resumeWebhookEndpoint({ endpointId });
  await shop.untilReceived(6);
  await shop.untilDelivered(endpointId);
  for (const versions of Object.values(versionsBySubject(shop.receiver.events()))) expect(versions).toEqual([1, 2]);
});

test('an endpoint that is rewound, to a position or a time, gets the later events again', async () => {
  const { id: endpointId, position } = await shop.createEndpoint();
  await createProducts(2);
  await shop.untilReceived(4);
  await shop.untilDelivered(endpointId);
  await shop.commerce.rewindWebhookEndpoint({ endpointId, to: position });
  await expect.poll(() => shop.receiver.requests.length).toBe(8);
  await shop.untilDelivered(endpointId);
  const third = (await shop.commerce.listEvents()).items[2];
  await shop.commerce.rewindWebhookEndpoint({ endpointId, to: third?.time.toISOString() ?? '' });
  await expect.poll(() => shop.receiver.requests.length).toBe(10);
  await shop.untilDelivered(endpointId);
  await expect(shop.commerce.rewindWebhookEndpoint({ endpointId, to: '1.999' })).rejects.toMatchObject({
    code: 'position_not_found',
  });
});

test('a range of events is delivered again, and one that waits comes at once', async () => {
  const { id: endpointId } = await shop.createEndpoint();
  await createProducts(2);
  await shop.untilReceived(4);
  await shop.untilDelivered(endpointId);
  const [, second, third] = (await shop.commerce.listEvents()).items;
  const range = { endpointId, from: second?.position ?? '', to: third?.position ?? '' };
  expect(await shop.commerce.redriveDeliveries(range)).toEqual({ redriven: 2 });
  await expect.poll(() => shop.receiver.requests.length).toBe(6);
  await shop.untilDelivered(endpointId);
  shop.receiver.reply = withStatus(500);
  await createProducts(1);
  await expect.poll(async () => (await shop.readEndpoint(endpointId)).retrying).toBe(1);
  shop.receiver.reply = undefined;
  const eventId = shop.receiver.events().at(-1)?.id ?? '';
  expect(await shop.commerce.redriveDeliveries({ endpointId, eventId })).toEqual({ redriven: 1 });
  await shop.untilReceived(6);
  await shop.untilDelivered(endpointId);
});

test('an endpoint that fails is reported once for each level, and disabled after five days', async () => {
  const { id: endpointId } = await shop.createEndpoint({ types: ['order.paid'] });
  const failFor = async (interval: string) => {
    // Its worker would write the time that it knows.
    await shop.database.pool.query(
      `update commerce.webhook_endpoints set failing_since = now() - $1::interval, fence = fence + 1,
        leased_until = now() + interval '1 hour'`,
      [interval],
    );
    await expect
      .poll(async () => (await shop.commerce.listEvents({ aggregateId: endpointId })).items.map(({ type }) => type))
      .toHaveLength(reports.length);
    return (await shop.commerce.listEvents({ aggregateId: endpointId })).items.map(({ type }) => type);
  };
  const reports: string[] = [];
  for (const interval of ['61 minutes', '25 hours', '73 hours']) {
    reports.push('endpoint.failing');
    expect(await failFor(interval)).toEqual(reports);
  }
  reports.push('endpoint.disabled');
  expect(await failFor('121 hours')).toEqual(reports);
  expect(await shop.readEndpoint(endpointId)).toMatchObject({ status: 'DISABLED', disabledReason: 'failing' });
});

test('attempts of days that are more than two weeks past are dropped with their partition', async () => {
  const { id: endpointId } = await shop.createEndpoint();
  await createProducts(1);
  await shop.untilDelivered(endpointId);
  const dayMs = 24 * 60 * 60_000;
  const { createAttemptPartitions } = await import('../../webhooks/attempt-repository.ts');
  await createAttemptPartitions(shop.database, Date.now() - 20 * dayMs);
  const query = async (text: string) => (await shop.database.pool.query(text)).rows;
  const readPartitions = async () =>
    query(`select from pg_inherits where inhparent = 'commerce.webhook_attempts'::regclass`);
  const before = (await readPartitions()).length;
  await query(`update commerce.retention_rules set due_at = now() - interval '1 second'`);
  await expect.poll(readPartitions).toHaveLength(before - 3);
  expect((await shop.commerce.listDeliveries({ endpointId })).items).toHaveLength(2);
});
