import { startWebhookReceiver, type WebhookReceiver } from '@commerce-core/api/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();
let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(async () => {
  await receiver.close();
});

const createEndpoint = async (...options: string[]) => shop.json('webhooks', 'create', receiver.url, ...options);

test('an endpoint is created with a secret that is shown once', async () => {
  const ran = await shop.run('webhooks', 'create', receiver.url, '--types', 'order.paid, order.canceled');
  expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('not shown again') });
  expect(ran.out).toMatch(/^secret +whsec_/m);
  expect(ran.out).toMatch(/^types +order\.paid, order\.canceled$/m);
  const [endpoint] = (await shop.json('webhooks', 'list')).items;
  expect(JSON.stringify(await shop.json('webhooks', 'show', endpoint.id))).not.toContain('whsec_');
});

test('a URL that can not be a receiver, and an unknown type, are refused by name', async () => {
  expect(await shop.run('webhooks', 'create', 'ftp://shop.example')).toMatchObject({
    code: 1,
    err: expect.stringContaining('url: must begin with https://'),
  });
  expect(await shop.run('webhooks', 'create', receiver.url, '--types', 'order.eaten')).toMatchObject({
    code: 1,
    err: expect.stringContaining('types'),
  });
});

test('an endpoint is changed, paused, resumed, rotated, tested and deleted', async () => {
  const { id, secret } = await createEndpoint();
  expect(await shop.json('webhooks', 'update', id, '--types', 'order.paid', '--in-flight-max', '2')).toMatchObject({
    types: ['order.paid'],
    inFlightMax: 2,
  });
  expect(await shop.json('webhooks', 'update', id, '--all-types')).toMatchObject({ types: null, inFlightMax: 2 });
  expect(await shop.json('webhooks', 'pause', id)).toMatchObject({ status: 'PAUSED' });
  expect(await shop.json('webhooks', 'resume', id)).toMatchObject({ status: 'ACTIVE' });
  const rotated = await shop.json('webhooks', 'rotate', id);
  expect(rotated.secret).not.toBe(secret);
  expect(rotated.previousSecretUntil).not.toBeNull();
  expect(await shop.json('webhooks', 'test', id)).toMatchObject({ delivered: true, statusCode: 204 });
  expect(receiver.requests[0]?.headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
  receiver.reply = (_, response) => response.writeHead(500).end('out of order');
  expect(await shop.run('webhooks', 'test', id)).toMatchObject({
    code: 1,
    out: expect.stringContaining('out of order'),
  });
  expect(await shop.json('webhooks', 'delete', '--yes', id)).toEqual({ id });
  expect(await shop.run('webhooks', 'show', id)).toMatchObject({
    code: 1,
    err: expect.stringContaining('commerce webhooks list'),
  });
});

test('deliveries are listed, redriven and rewound', async () => {
  const { id, position } = await createEndpoint();
  await shop.api.createProduct();
  await expect.poll(() => receiver.requests.length).toBe(2);
  await expect.poll(async () => (await shop.json('webhooks', 'deliveries', id)).items).toHaveLength(2);
  const [last] = (await shop.json('webhooks', 'deliveries', id)).items;
  expect(last).toMatchObject({ status: 'DELIVERED', statusCode: 204, attempt: 1, nextAttemptAt: null });
  expect((await shop.run('webhooks', 'deliveries', id)).out).toMatch(/DELIVERED +204/);
  expect(await shop.json('webhooks', 'redrive', id, '--event-id', last.eventId)).toEqual({ redriven: 1 });
  await expect.poll(() => receiver.requests.length).toBe(3);
  expect(receiver.requests[2]?.headers['webhook-id']).toBe(last.eventId);
  await shop.json('webhooks', 'rewind', id, position);
  await expect.poll(() => receiver.requests.length).toBe(5);
  expect(await shop.run('webhooks', 'redrive', id, '--from', '1.1')).toMatchObject({ code: 2 });
  expect(await shop.json('webhooks', 'redrive', id)).toEqual({ redriven: 0 });
});

test('listen forwards the events that happen from now on, signed, until Ctrl-C', async () => {
  await shop.api.createProduct();
  const ran = await startCommerce(
    shop.folder,
    ['webhooks', 'listen', '--forward-to', receiver.url],
    {},
    async (child) => {
      // The program is ready when it has read the end of the log. Products are created until one arrives.
      await expect
        .poll(
          async () => {
            await shop.api.createProduct();
            return receiver.requests.length;
          },
          { interval: 300 },
        )
        .toBeGreaterThan(1);
      child.kill('SIGINT');
    },
  );
  expect(ran.code).toBe(0);
  const [, secret] = /Secret (whsec_\S+)/.exec(ran.err) ?? [];
  expect(secret).toBeDefined();
  expect(receiver.requests[0]?.headers).toMatchObject({
    'content-type': 'application/cloudevents+json',
    'webhook-signature': expect.stringMatching(/^v1,/),
  });
  expect(ran.out).toMatch(/^1\.\d+ +product\.created +204 \(\d+ ms\)$/m);
});
