import { createHmac } from 'node:crypto';
import { currency } from '../setup/ids.ts';

export type ApprovalEvent = {
  id: string;
  type: 'AUTHORIZED' | 'CAPTURED';
  paymentId: string;
  /** In minor units. */
  amount: number;
};

/** Returns the head of a webhook's request, without the headers that depend on its event. */
export const webhookHead = (url: string): string =>
  `POST /api/v1/payments/webhooks/mock HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\n`;

/** Returns the key in a secret of Standard Webhooks, `whsec_…`. */
export const webhookKey = (secret: string): Buffer => Buffer.from(secret.slice('whsec_'.length), 'base64');

/**
 * Returns a function that makes whole requests of the mock gateway's webhook, signed by Standard Webhooks.
 *
 * @param secret `whsec_…`
 */
export function webhookSigner(url: string, secret: string): (event: ApprovalEvent) => string {
  const key = webhookKey(secret);
  const head = webhookHead(url);
  return ({ id, type, paymentId, amount }) => {
    const body = JSON.stringify({ type, paymentId, amount, currency });
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const own = `webhook-id: ${id}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n`;
    return `${head}${own}content-length: ${body.length}\r\n\r\n${body}`;
  };
}

/** The API's response to a webhook. */
type Received = { eventId: string; outcome: string; effect: string; duplicate: boolean };

/** Returns the event's id from the response to a webhook that has paid its order now; undefined for any other one. */
export function paidEventIdOf({ status, body }: { status: number; body: string }): string | undefined {
  if (status !== 200) return undefined;
  // The API's own response, of this repository's version.
  const { eventId, outcome, effect, duplicate } = JSON.parse(body) as Received;
  return outcome === 'APPLIED' && effect === 'order_paid' && !duplicate ? eventId : undefined;
}
