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

const changedFact = (about: { metadata: { payment_id: string | null } }, gatewayPaymentId: string | null | undefined) =>
  gatewayFact({ type: 'CHANGED', paymentId: about.metadata.payment_id, gatewayPaymentId: gatewayPaymentId ?? null });
/** An object without a payment intent isn't of this shop. */
const ofIntent = (about: { payment_intent?: string | null | undefined }, fact: () => GatewayFact): GatewayFact =>
  about.payment_intent ? fact() : gatewayFact({ type: 'OTHER' });

/** A schema that reads an object of an event and returns the fact that it states. */
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

/** The types of events that state something about a payment. https://docs.stripe.com/api/events/types */
const schemas = new Map<string, z.ZodType<GatewayFact>>(
  Object.entries({
    'payment_intent.succeeded': intent(capturedFact),
    // Stripe also sends it after the capturable amount was captured or released, which leaves 0.
    'payment_intent.amount_capturable_updated': intent((object) =>
      object.amount_capturable > 0 ? authorizedFact(object) : changedFact(object, object.id),
    ),
    'payment_intent.payment_failed': intent(attemptFailedFact),
    'payment_intent.canceled': intent(canceledFact),
    'payment_intent.processing': intent(pendingFact),
    // For 3-D Secure, or after a voucher was issued.
    'payment_intent.requires_action': intent(pendingFact),
    'refund.created': refunds,
    'refund.updated': refunds,
    'refund.failed': refunds,
    'charge.refund.updated': refunds,
    // It contains the sum of all refunds, but not the refund that caused it.
    'charge.refunded': read(charge, (object) => ofIntent(object, () => changedFact(object, object.payment_intent))),
    'charge.dispute.created': disputes,
    'charge.dispute.closed': disputes,
    'charge.dispute.funds_withdrawn': disputes,
    'charge.dispute.funds_reinstated': disputes,
  }),
);

/** The types of events that a webhook endpoint has to send. Stripe lists at most 20 types in one query. */
export const statedTypes = [...schemas.keys()];

const envelope = z.object({
  id: line(255),
  type: z.string().min(1),
  data: z.object({ object: z.unknown() }).optional(),
});

/**
 * Returns what one of Stripe's events states. An event of another type is an OTHER.
 * @throws malformed_event when the event, or the object in it, can't be read
 */
export function stripeEvent(event: unknown): SignedEvent {
  const { id: providerEventId, type, data } = readOrThrow(envelope, event, []);
  const schema = schemas.get(type);
  const fact = schema ? readOrThrow(schema, data?.object, ['data', 'object']) : gatewayFact({ type: 'OTHER' });
  return { providerEventId, ...fact };
}

function readOrThrow<S extends z.ZodType>(schema: S, value: unknown, path: string[]): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = [...path, ...(parsed.error.issues[0]?.path ?? [])].join('.');
  throw new CommerceError('malformed_event', `the event is not one of this gateway's${where ? `: ${where}` : ''}`);
}
