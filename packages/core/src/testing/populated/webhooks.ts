import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookSender } from '../../webhooks/sender.ts';
import type { TestShop } from '../test-shop.ts';

/** A sender whose every request gets a 500. */
const failingSender: WebhookSender = {
  urlProblem: () => undefined,
  send: async () => ({ statusCode: 500, failure: null, answer: 'no', retryAfter: null, durationMs: 1 }),
};

export const failingWebhooks = { loadSender: async () => failingSender, secretsKey: Buffer.alloc(32, 9) };

/**
 * Creates webhook endpoints whose deliveries fail: one with RETRYING and PARKED deliveries, which is reported, and one
 * that is disabled. Needs a shop with `failingWebhooks`.
 */
export async function populateWebhooks({ commerce, database }: TestShop): Promise<void> {
  await commerce.numberEvents();
  const url = 'https://merchant.example/events';
  const active = await commerce.createWebhookEndpoint({ url, types: ['product.created'], startAt: '0' });
  const disabled = await commerce.createWebhookEndpoint({ url, types: ['order.paid'], ed25519: true });
  const deliverUntil = async (isDone: () => Promise<boolean>) => {
    while (!(await isDone())) {
      await commerce.deliverWebhooks();
      await sleep(20);
    }
    await commerce.stopWebhooks();
  };
  const readActive = async () => commerce.getWebhookEndpoint({ endpointId: active.id });
  await deliverUntil(async () => (await readActive()).retrying > 1);
  await database.pool.query(`update commerce.webhook_deliveries set attempts = 9, due_at = now()
    where position = (select min(position) from commerce.webhook_deliveries)`);
  await deliverUntil(async () => (await readActive()).parked === 1);
  const fail = async (endpointId: string, interval: string) =>
    database.pool.query(`update commerce.webhook_endpoints set failing_since = now() - $2::interval where id = $1`, [
      endpointId,
      interval,
    ]);
  await fail(active.id, '2 hours');
  await fail(disabled.id, '6 days');
  await commerce.reportFailingEndpoints();
}
