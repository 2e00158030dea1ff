import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import {
  CommerceError,
  id,
  gatewayFact,
  type SignedEvent,
  type WebhookMessage,
  isEventId,
  parseBody,
  verifyStandardWebhook,
} from '@commerce-core/core/gateway';

// Webhook version 2024-04-25: https://developers.portone.io/opi/ko/integration/webhook/readme-v2
const body = z.object({ type: z.string(), data: z.object({ paymentId: z.unknown() }).catch({ paymentId: undefined }) });

/**
 * Returns the event of a PortOne webhook, which is signed by Standard Webhooks. A webhook names the payment that
 * changed, but no amount: the event is a CHANGED, after which the shop polls PortOne. It is an OTHER when its type is
 * unknown, or when its payment isn't one of this shop.
 * @throws invalid_signature when no key fits, or the message is more than 5 minutes old or early
 * @throws malformed_event when the body isn't such a message
 */
export function portoneEvent(message: WebhookMessage, keys: readonly KeyObject[], now: Date): SignedEvent {
  const providerEventId = verifyStandardWebhook(message, keys, now);
  const parsed = body.safeParse(parseBody(message.rawBody));
  if (!parsed.success || !isEventId(providerEventId)) {
    throw new CommerceError('malformed_event', "the event is not one of this gateway's");
  }
  const { type, data } = parsed.data;
  const paymentId = id.safeParse(data.paymentId).data ?? null;
  const isOurs = type.startsWith('Transaction.') && paymentId !== null;
  return {
    providerEventId,
    ...gatewayFact({ type: isOurs ? 'CHANGED' : 'OTHER', paymentId, gatewayPaymentId: paymentId }),
  };
}
