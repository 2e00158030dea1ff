import { createHmac } from 'node:crypto';
import { currency, paymentId, waitingAmount } from '../setup/ids.ts';
import type { Job } from './job.ts';
import type { Meter } from './measure.ts';
import { callsOverHttp, type Calls } from './over-http.ts';

/** Creates calls that send the webhook of each payment once, signed by Standard Webhooks as the mock gateway signs. */
export async function webhookCalls(job: Job & { kind: 'webhooks' }, meter: Meter): Promise<Calls> {
  const { url, secret, from, to, clients } = job;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const { host } = new URL(url);
  let n = from;
  const next = () => {
    if (n > to) return undefined;
    const id = paymentId(n);
    const body = JSON.stringify({ type: 'AUTHORIZED', paymentId: id, amount: waitingAmount, currency });
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', key).update(`evt-${n}.${timestamp}.${body}`).digest('base64');
    const head =
      `POST /api/v1/payments/webhooks/mock HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `webhook-id: evt-${n}\r\nwebhook-timestamp: ${timestamp}\r\nwebhook-signature: v1,${signature}\r\n`;
    n += 1;
    return `${head}content-length: ${body.length}\r\n\r\n${body}`;
  };
  return callsOverHttp({ url, count: clients, meter }, next, ({ status, body }) => {
    if (status !== 200) return undefined;
    // The API's response to a webhook.
    const { eventId, effect, duplicate } = JSON.parse(body) as {
      eventId: string;
      effect: string;
      duplicate: boolean;
    };
    return effect === 'order_paid' && !duplicate ? eventId : undefined;
  });
}
