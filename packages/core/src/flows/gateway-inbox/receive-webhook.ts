import { read } from '../../database/transaction.ts';
import type { SignedEvent } from '../../gateway-inbox/gateway-event.ts';
import type { Gateway, WebhookMessage } from '../../gateways/gateway.ts';
import { readKnownPayments } from '../../payment/payment-repository.ts';
import type { ReceivedGatewayEvent } from './receive-gateway-events.ts';
import { submitGatewayEvent, type Inbox } from './submit-gateway-event.ts';

/**
 * Verifies a webhook and receives its events.
 * @throws invalid_signature when the gateway didn't send the webhook
 * @throws malformed_event when the body isn't one of the gateway's messages
 */
export async function receiveWebhook(
  inbox: Inbox,
  gateway: Gateway,
  message: WebhookMessage,
): Promise<ReceivedGatewayEvent[]> {
  const { provider } = gateway;
  const { rawBody } = message;
  const events = await trustedEvents(inbox, gateway, gateway.receive(message, new Date()));
  return Promise.all(
    events.map(async (event) => submitGatewayEvent(inbox, { ...event, provider, source: 'WEBHOOK', rawBody })),
  );
}

/** Anyone may send an unsigned webhook, so only events about payments of this shop are received from it. */
async function trustedEvents({ database }: Inbox, gateway: Gateway, events: SignedEvent[]): Promise<SignedEvent[]> {
  if (gateway.signs) return events;
  const known = await read(async () => readKnownPayments(database.db, gateway.provider, events));
  return events.filter(({ paymentId, gatewayPaymentId }) => known.has(paymentId ?? gatewayPaymentId ?? ''));
}
