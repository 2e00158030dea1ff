import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CommerceError, id, gatewayFact, type SignedEvent, parseBody } from '@commerce-core/core/gateway';

const subject = z.object({
  orderId: id.nullable().catch(null),
  paymentKey: z.string().min(1).max(200).nullable().catch(null),
});
const message = z.union([
  z.object({ eventType: z.string(), data: z.unknown() }),
  // DEPOSIT_CALLBACK has its fields at the top, without `eventType` and `data`.
  z
    .object({ orderId: z.string(), status: z.string(), eventType: z.never().optional() })
    .transform((deposit): { eventType: string; data: unknown } => ({ eventType: 'DEPOSIT_CALLBACK', data: deposit })),
]);

const paymentEventTypes: readonly string[] = ['PAYMENT_STATUS_CHANGED', 'DEPOSIT_CALLBACK', 'CANCEL_STATUS_CHANGED'];

/**
 * Returns the event of a Toss webhook. Toss doesn't sign webhooks, so the sender may be anyone: the event is at most a
 * CHANGED, after which the shop polls Toss. The `paymentKey` is used only without our payment id: a forged message
 * could otherwise attach a foreign key to our payment. The event's id is the hash of the body, because the header with
 * the transmission's id can be forged, too.
 * https://docs.tosspayments.com/reference/using-api/webhook-events
 * @throws malformed_event when the body isn't such a message
 */
export function tossEvent(rawBody: Buffer): SignedEvent {
  const parsed = message.safeParse(parseBody(rawBody));
  if (!parsed.success) throw new CommerceError('malformed_event', "the event is not one of this gateway's");
  const { eventType, data } = parsed.data;
  const { orderId = null, paymentKey = null } = subject.safeParse(data).data ?? {};
  const providerEventId = `body:${createHash('sha256').update(rawBody).digest('base64url')}`;
  const isAboutPayment = paymentEventTypes.includes(eventType) && (orderId !== null || paymentKey !== null);
  const about = { paymentId: orderId, gatewayPaymentId: orderId ? null : paymentKey };
  return { providerEventId, ...gatewayFact({ type: isAboutPayment ? 'CHANGED' : 'OTHER', ...about }) };
}
