import { z } from 'zod';
import { id, line } from '@commerce-core/core/gateway';

// What the shop uses of Stripe's objects, strictly; whatever else they hold differs by API version and is left aside.
const objectId = z
  .string()
  .regex(/^[a-z]+_\w+$/)
  .max(255);
const amount = z.int().min(0);
const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/)
  .toUpperCase();
const status = z.string().min(1).max(100);
const code = line(200).nullish().catch(null);
/** Other programs on the same Stripe account write there what they like: only what could be ours is an id. */
const ourId = z.string().pipe(id).nullable().catch(null);
const ourIds = z.object({ payment_id: ourId, refund_id: ourId }).catch({ payment_id: null, refund_id: null });

export const paymentIntent = z.object({
  id: objectId,
  status,
  currency,
  amount,
  amount_capturable: amount,
  capture_method: z.string().nullish().catch(null),
  amount_received: amount,
  metadata: ourIds,
  last_payment_error: z.object({ code, decline_code: code }).nullish().catch(null),
  cancellation_reason: code,
  next_action: z.record(z.string(), z.unknown()).nullish().catch(null),
  /** Unix time. */
  created: z.int().min(0).max(1e11).nullish().catch(null),
});
export type PaymentIntent = z.output<typeof paymentIntent>;
/** The secret comes in answers to the shop, and not in webhooks. */
export const openedIntent = z.object({ id: objectId, client_secret: z.string().min(1) });

/** What happens to a payment intent has its id; other charges aren't this shop's. */
const ofIntent = { payment_intent: objectId.nullish() };

export const refund = z.object({
  id: objectId,
  ...ofIntent,
  status: status.nullish(),
  amount,
  currency,
  metadata: ourIds,
  failure_reason: code,
  balance_transaction: z.unknown(),
});
export type StripeRefund = z.output<typeof refund>;

export const dispute = z.object({ id: objectId, ...ofIntent, status, amount, currency, reason: code });
export type Dispute = z.output<typeof dispute>;

export const charge = z.object({ ...ofIntent, metadata: ourIds });
