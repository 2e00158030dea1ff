import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** The mock gateway's webhook secret in tests. */
export const webhookSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

export type WebhookMessage = {
  /** The provider's id of the event; defaults to a new one. */
  eventId?: string;
  secondsAgo?: number;
  secret?: string;
};

export type SignedWebhook = { body: string; headers: Record<string, string> };

/** Signs a body as the mock gateway would, with the reference implementation of Standard Webhooks. */
export function signWebhook(content: object | string, message: WebhookMessage = {}): SignedWebhook {
  const { eventId = randomUUID(), secondsAgo = 0, secret = webhookSecret } = message;
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  const at = new Date(Date.now() - secondsAgo * 1000);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(eventId, at, body),
  };
  return { body, headers };
}
