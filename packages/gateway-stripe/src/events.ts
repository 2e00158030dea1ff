import { z } from 'zod';
import { CommerceError, gatewayFact, type GatewayFact, type SignedEvent, line } from '@commerce-core/core/gateway';
import {
  attemptFailedFact,
  authorizedFact,
  canceledFact,
  capturedFact,
  disputeFact,
  isRelease,
  pendingFact,
  refundFact,
} from './facts.ts';
import { charge, dispute, paymentIntent, refund, type PaymentIntent } from './objects.ts';

const changed = (about: { metadata: { payment_id: string | null } }, gatewayPaymentId: string | null | undefined) =>
  gatewayFact({ type: 'CHANGED', paymentId: about.metadata.payment_id, gatewayPaymentId: gatewayPaymentId ?? null });
/** Money that moved without a payment intent isn't this shop's. */
const ofIntent = (about: { payment_intent?: string | null | undefined }, fact: () => GatewayFact): GatewayFact =>
  about.payment_intent ? fact() : gatewayFact({ type: 'OTHER' });

const read = <S extends z.ZodType>(schema: S, fact: (object: z.output<S>) => GatewayFact) =>
  schema.transform((object, context) => {
    try {
      return fact(object);
    } catch {
      context.addIssue('has an amount without whole minor units');
      return z.NEVER;
    }
  });
const intent = (fact: (intent: PaymentIntent) => GatewayFact) => read(paymentIntent, fact);
const refunds = read(refund, (object) =>
  isRelease(object) ? gatewayFact({ type: 'OTHER' }) : ofIntent(object, () => refundFact(object)),
);
const disputes = read(dispute, (object) => ofIntent(object, () => disputeFact(object)));

/** The events that say something about a payment of this shop: https://docs.stripe.com/api/events/types */
const stated = {
  'payment_intent.succeeded': intent(capturedFact),
  // It is sent as well when the last of it was captured or let go.
  'payment_intent.amount_capturable_updated': intent((object) =>
    object.amount_capturable > 0 ? authorizedFact(object) : changed(object, object.id),
  ),
  'payment_intent.payment_failed': intent(attemptFailedFact),
  'payment_intent.canceled': intent(canceledFact),
  'payment_intent.processing': intent(pendingFact),
  // 3-D Secure, or a voucher that was handed out.
  'payment_intent.requires_action': intent(pendingFact),
  'refund.created': refunds,
  'refund.updated': refunds,
  'refund.failed': refunds,
  'charge.refund.updated': refunds,
  // It has the sum of all refunds and not which one it was.
  'charge.refunded': read(charge, (object) => ofIntent(object, () => changed(object, object.payment_intent))),
  'charge.dispute.created': disputes,
  'charge.dispute.closed': disputes,
  'charge.dispute.funds_withdrawn': disputes,
  'charge.dispute.funds_reinstated': disputes,
} as const;

export const statedTypes = Object.keys(stated);

const envelope = z.object({
  id: line(255),
  type: z.string().min(1),
  data: z.object({ object: z.unknown() }).optional(),
});

/** What one of Stripe's events says. @throws malformed_event */
export function stripeEvent(event: unknown): SignedEvent {
  const { id: providerEventId, type, data } = understood(envelope, event, []);
  const schema = Object.hasOwn(stated, type) ? stated[type as keyof typeof stated] : undefined;
  const fact = schema ? understood(schema, data?.object, ['data', 'object']) : gatewayFact({ type: 'OTHER' });
  return { providerEventId, ...fact };
}

function understood<S extends z.ZodType>(schema: S, value: unknown, path: string[]): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = [...path, ...(parsed.error.issues[0]?.path ?? [])].join('.');
  throw new CommerceError('malformed_event', `the event is not one of this gateway's${where ? `: ${where}` : ''}`);
}
