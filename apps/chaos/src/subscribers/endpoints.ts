import { connect, createCommerce, parseSecretsKey } from '@commerce-core/core';
import type { Receiver } from './receiver.ts';

/** The settings of an endpoint besides its URL. */
type Settings = { aggregateTypes?: ('order' | 'product')[]; batchMax?: number };

/**
 * Creates an endpoint at a receiver, before the faults: `webhookEndpoint.create` can't be repeated.
 * @param secretsKey the API's WEBHOOK_SECRETS_KEY
 * @returns the endpoint's id
 */
export async function createEndpoint(
  databaseUrl: string,
  secretsKey: string,
  receiver: Receiver,
  settings: Settings,
): Promise<string> {
  const database = connect({ url: databaseUrl, poolMax: 1 });
  try {
    const commerce = createCommerce({
      database,
      webhooks: { secretsKey: parseSecretsKey(secretsKey), loadSender: async () => sendsNothing },
    });
    const { id, secret } = await commerce.createWebhookEndpoint({ url: receiver.url, ...settings });
    receiver.expectSecret(secret);
    return id;
  } finally {
    await database.close();
  }
}

// Only the API processes send.
const sendsNothing = {
  urlProblem: () => undefined,
  send: async () => Promise.reject(new Error('this process delivers no webhooks')),
};
