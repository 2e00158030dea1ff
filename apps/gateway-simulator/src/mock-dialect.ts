import type { Message } from './deliver.ts';
import type { GatewayEvent } from './payment.ts';
import { signWebhook, webhookKey } from './sign.ts';

/** How one provider puts an event on the wire: headers and body, signed at the moment of sending. */
export type Dialect = (event: GatewayEvent, paymentId: string, at: Date) => Message;

/**
 * The provider `mock`: a JSON body, signed by Standard Webhooks.
 *
 * @param secret `whsec_<base64>`, shared with the shop
 */
export function mockDialect(secret: string): Dialect {
  const key = webhookKey(secret);
  return ({ id, type, amount, currency, failureCode }, paymentId, at) => {
    const body = JSON.stringify({ type, paymentId, amount, currency, ...(failureCode !== null && { failureCode }) });
    return { headers: signWebhook(key, id, body, at), body };
  };
}
