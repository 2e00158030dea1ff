import { createHmac } from 'node:crypto';
import { currency } from '../setup/ids.ts';

export type ApprovalEvent = {
  id: string;
  type: 'AUTHORIZED' | 'CAPTURED';
  paymentId: string;
  /** In minor units. */
  amount: number;
};

/**
 * Returns a function that makes whole requests of the mock gateway's webhook, signed by Standard Webhooks.
 *
 * @param secret `whsec_…`
 */
export function webhookSigner(url: string, secret: string): (event: ApprovalEvent) => string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const { host } = new URL(url);
  return ({ id, type, paymentId, amount }) => {
    const body = JSON.stringify({ type, paymentId, amount, currency });
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    const head =
      `POST /api/v1/payments/webhooks/mock HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `webhook-id: ${id}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n`;
    return `${head}content-length: ${body.length}\r\n\r\n${body}`;
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
