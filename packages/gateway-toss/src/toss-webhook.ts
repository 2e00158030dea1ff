import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CommerceError, id, gatewayFact, type SignedEvent, parseBody } from '@commerce-core/core/gateway';

const subject = z.object({
  orderId: id.nullable().catch(null),
  paymentKey: z.string().min(1).max(200).nullable().catch(null),
});
const message = z.union([
  z.object({ eventType: z.string(), data: z.unknown() }),
  // DEPOSIT_CALLBACK comes without a wrapping.
  z
    .object({ orderId: z.string(), status: z.string(), eventType: z.never().optional() })
    .transform((deposit) => ({ eventType: 'DEPOSIT_CALLBACK', data: deposit as unknown })),
]);

const aboutPayments: readonly string[] = ['PAYMENT_STATUS_CHANGED', 'DEPOSIT_CALLBACK', 'CANCEL_STATUS_CHANGED'];

/**
 * The event in a webhook of Toss's, which anybody may have sent: they aren't signed. So it says which payment to ask
 * for, and nothing else. A key is taken only where our id is missing, or a forged one could be laid on a payment of ours.
 * The id is the body's hash, since the header that numbers transmissions could be another's, too.
 * https://docs.tosspayments.com/reference/using-api/webhook-events
 * @throws malformed_event
 */
export function tossEvent(rawBody: Buffer): SignedEvent {
  const parsed = message.safeParse(parseBody(rawBody));
  if (!parsed.success) throw new CommerceError('malformed_event', "the event is not one of this gateway's");
  const { eventType, data } = parsed.data;
  const { orderId = null, paymentKey = null } = subject.safeParse(data).data ?? {};
  const providerEventId = `body:${createHash('sha256').update(rawBody).digest('base64url')}`;
  const isKnown = aboutPayments.includes(eventType) && (orderId !== null || paymentKey !== null);
  const about = { paymentId: orderId, gatewayPaymentId: orderId ? null : paymentKey };
  return { providerEventId, ...gatewayFact({ type: isKnown ? 'CHANGED' : 'OTHER', ...about }) };
}
