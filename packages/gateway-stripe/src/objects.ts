import { z } from 'zod';
import { gatewayCurrency, id, line } from '@commerce-core/core/gateway';

// The fields of Stripe's objects that the shop reads, checked strictly. Other fields differ by API version and are
// ignored. https://docs.stripe.com/api
const objectId = z
  .string()
  .regex(/^[a-z]+_\w+$/)
  .max(255);
const amount = z.int().min(0);
const status = z.string().min(1).max(100);
const code = line(200).nullish().catch(null);
/** Other programs on the same Stripe account may write other metadata: only a text in the form of our ids is one. */
const ourId = z.string().pipe(id).nullable().catch(null);
const ourIds = z.object({ payment_id: ourId, refund_id: ourId }).catch({ payment_id: null, refund_id: null });

export const paymentIntent = z.object({
  id: objectId,
  status,
  currency: gatewayCurrency,
  amount,
  amount_capturable: amount,
  capture_method: z.string().nullish().catch(null),
  amount_received: amount,
  metadata: ourIds,
  last_payment_error: z.object({ code, decline_code: code }).nullish().catch(null),
  cancellation_reason: code,
  next_action: z.record(z.string(), z.unknown()).nullish().catch(null),
  /** Unix time, in seconds. */
  created: z.int().min(0).max(1e11).nullish().catch(null),
});
export type PaymentIntent = z.output<typeof paymentIntent>;
/** An intent with its client secret, which is in answers to the shop but not in webhooks. */
export const initiatedIntent = z.object({ id: objectId, client_secret: z.string().min(1) });

/** Refunds, disputes and charges of a payment intent contain its id. Those without one aren't of this shop. */
const ofIntent = { payment_intent: objectId.nullish() };

export const refund = z.object({
  id: objectId,
  ...ofIntent,
  status: status.nullish(),
  amount,
  currency: gatewayCurrency,
  metadata: ourIds,
  failure_reason: code,
  balance_transaction: z.unknown(),
});
export type StripeRefund = z.output<typeof refund>;

export const dispute = z.object({ id: objectId, ...ofIntent, status, amount, currency: gatewayCurrency, reason: code });
export type Dispute = z.output<typeof dispute>;

export const charge = z.object({ ...ofIntent, metadata: ourIds });
