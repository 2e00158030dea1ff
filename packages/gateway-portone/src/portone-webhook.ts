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

// Of version 2024-04-25: https://developers.portone.io/opi/ko/integration/webhook/readme-v2
const body = z.object({ type: z.string(), data: z.object({ paymentId: z.unknown() }).catch({ paymentId: undefined }) });

/**
 * The event in a webhook of PortOne's, signed by Standard Webhooks. It tells which payment changed, but no amount: the
 * payment is asked for. Types that are new, and payments that aren't ours, are OTHER.
 * @throws invalid_signature · malformed_event
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
