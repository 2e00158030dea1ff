import { createWebhookSender } from '@commerce-core/webhook-sender';
import { expect } from 'vitest';
import type { WebhookOptions } from '../run/context.ts';
import type { CommerceOptions } from '../commerce.ts';
import { createTestShop, type TestShop } from './test-shop.ts';
import { startWebhookReceiver, type Reply, type WebhookReceiver } from './webhook-receiver.ts';

const sender = createWebhookSender({ allowPrivate: true, deadlineMs: 1_000 });
export const testWebhooks = { loadSender: async () => sender, secretsKey: Buffer.alloc(32, 3) };

/** A shop that delivers webhooks, with a receiver. */
export type WebhookShop = TestShop & { receiver: WebhookReceiver; faults: unknown[] } & ReturnType<typeof functionsOf>;

/** Starts a shop with its jobs and a receiver of its webhooks. */
export async function startWebhookShop(
  reply?: Reply,
  {
    webhooks,
    ...options
  }: Omit<CommerceOptions, 'database' | 'webhooks'> & {
    webhooks?: Pick<WebhookOptions, 'retryPausesMs'>;
  } = {},
): Promise<WebhookShop> {
  const faults: unknown[] = [];
  const shop = await createTestShop({
    webhooks: { ...testWebhooks, ...webhooks },
    onFault: (error) => faults.push(error),
    ...options,
  });
  const receiver = await startWebhookReceiver(reply);
  const stopping = new AbortController();
  const running = shop.commerce.runJobs(stopping.signal, ({ error }) => error !== undefined && faults.push(error));
  return {
    ...shop,
    receiver,
    faults,
    ...functionsOf(shop, receiver),
    /** Drops the shop. @throws Error when an invariant does not hold, or a job failed */
    async close() {
      stopping.abort();
      await running;
      await receiver.close();
      await shop.close();
      if (faults.length > 0) throw faults[0];
    },
  };
}

const functionsOf = ({ commerce, database }: TestShop, receiver: WebhookReceiver) => {
  const readEndpoint = async (endpointId: string) => commerce.getWebhookEndpoint({ endpointId });
  return {
    readEndpoint,
    /** Creates an endpoint that begins behind every event that there is, unless `startAt` says otherwise. */
    async createEndpoint(options: object = {}) {
      // An endpoint begins behind the last position, and the newest events may not have theirs yet.
      await expect.poll(async () => (await commerce.eventLag()).events).toBe(0);
      return commerce.createWebhookEndpoint({ url: receiver.url, ...options });
    },
    /** Makes the failed deliveries due now. */
    hasten: async () =>
      database.pool.query(`update commerce.webhook_deliveries set due_at = now() where status = 'RETRYING'`),
    /** Waits until the receiver has `count` different events. */
    untilReceived: async (count: number) =>
      expect.poll(() => new Set(receiver.events().map(({ id }) => id)).size).toBe(count),
    /** Waits until the endpoint has got every event that was recorded, with no delivery to retry. */
    untilDelivered: async (endpointId: string) =>
      expect
        .poll(async () => {
          // First: an event that is numbered after this is behind the endpoint.
          const { events: unnumbered } = await commerce.eventLag();
          const { rows } = await database.pool.query<{ behind: number }>(
            `select (select max(position) from commerce.event_positions) - position as behind
             from commerce.webhook_endpoints where id = $1`,
            [endpointId],
          );
          return { unnumbered, behind: rows[0]?.behind, retrying: (await readEndpoint(endpointId)).retrying };
        })
        .toEqual({ unnumbered: 0, behind: 0, retrying: 0 }),
  };
};
