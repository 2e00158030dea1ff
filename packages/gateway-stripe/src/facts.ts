import { z } from 'zod';
import { gatewayFact, type GatewayEventType, type GatewayFact } from '@commerce-core/core/gateway';
import { fromStripe } from './amounts.ts';
import type { Dispute, PaymentIntent, StripeRefund } from './objects.ts';

/**
 * Returns what a payment intent's status states. A manual capture returns the authorization as well, because it may
 * have taken less than was authorized.
 */
export function intentFacts(intent: PaymentIntent): GatewayFact[] {
  switch (intent.status) {
    case 'succeeded':
      return intent.capture_method === 'manual'
        ? [authorizedFact(intent, intent.amount), capturedFact(intent)]
        : [capturedFact(intent)];
    case 'requires_capture':
      return [authorizedFact(intent)];
    case 'canceled':
      return [canceledFact(intent)];
    case 'requires_payment_method':
      return [intent.last_payment_error ? attemptFailedFact(intent) : pendingFact(intent)];
    default:
      return [pendingFact(intent)];
  }
}

const aboutIntent = ({ id, metadata, currency }: PaymentIntent) => ({
  paymentId: metadata.payment_id,
  gatewayPaymentId: id,
  currency,
});

/** The intent's money has come. */
export const capturedFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({
    type: 'CAPTURED',
    ...aboutIntent(intent),
    amount: minorUnits(intent.amount_received, intent.currency),
  });

/** The intent is authorized; `amount` is as Stripe counts it. */
export const authorizedFact = (intent: PaymentIntent, amount = intent.amount_capturable): GatewayFact =>
  gatewayFact({ type: 'AUTHORIZED', ...aboutIntent(intent), amount: minorUnits(amount, intent.currency) });

/** The intent is canceled. */
export const canceledFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({ type: 'CANCELED', ...aboutIntent(intent), failureCode: intent.cancellation_reason ?? null });

/** A try failed; the shopper may try again, for example with another card. */
export function attemptFailedFact(intent: PaymentIntent): GatewayFact {
  const { code, decline_code } = intent.last_payment_error ?? {};
  return gatewayFact({ type: 'ATTEMPT_FAILED', ...aboutIntent(intent), failureCode: decline_code ?? code ?? null });
}

/** The intent waits for the shopper or for a bank. */
export const pendingFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({ type: 'PENDING', ...aboutIntent(intent), payableUntil: payableUntil(intent) });

const displayDetails = z.object({ expires_at: z.unknown().optional(), expires_after: z.unknown().optional() });
const unixTime = z.number().gt(0).lt(1e11);

// The longest time of a bank debit: https://docs.stripe.com/payments/sepa-debit
const processingMaxMs = 16 * 24 * 60 * 60 * 1000;

/**
 * Returns until when the payment may still succeed. A voucher states it, for example in
 * `next_action.konbini_display_details.expires_at`. A bank debit in processing takes up to 16 days.
 */
function payableUntil({ next_action, status, created }: PaymentIntent): Date | null {
  if (status === 'processing' && created) return new Date(created * 1000 + processingMaxMs);
  const details = Object.entries(next_action ?? {}).find(([name]) => name.endsWith('_display_details'))?.[1];
  const { expires_at, expires_after } = displayDetails.safeParse(details).data ?? {};
  const seconds = unixTime.safeParse(expires_at ?? expires_after).data;
  return seconds === undefined ? null : new Date(seconds * 1000);
}

const refundTypes: Record<string, GatewayEventType> = {
  pending: 'REFUND_PENDING',
  requires_action: 'REFUND_PENDING',
  succeeded: 'REFUNDED',
  failed: 'REFUND_FAILED',
  canceled: 'REFUND_FAILED',
};

/** Returns what a refund's status states; a CHANGED when the status is unknown. */
export function refundFact(refund: StripeRefund): GatewayFact {
  const { status, metadata, currency } = refund;
  const type = refundTypes[status ?? ''] ?? 'CHANGED';
  const about = { paymentId: metadata.payment_id, gatewayPaymentId: refund.payment_intent ?? null };
  if (type === 'CHANGED') return gatewayFact({ type, ...about });
  return gatewayFact({
    type,
    ...about,
    amount: minorUnits(refund.amount, currency),
    currency,
    refundId: metadata.refund_id,
    gatewayObjectId: refund.id,
    failureCode: type === 'REFUND_FAILED' ? (refund.failure_reason ?? status ?? null) : null,
  });
}

/**
 * Whether a refund object stands for a released authorization, or for a released part of one. Stripe shows both as
 * refunds, but no money moved, so they have no balance transaction.
 */
export const isRelease = ({ status, metadata, balance_transaction }: StripeRefund): boolean =>
  status === 'succeeded' && metadata.refund_id === null && !balance_transaction;

// `warning_…` is a bank's inquiry. `prevented` means that the money was returned before it became a dispute.
const closedDisputes: Record<string, GatewayEventType> = {
  won: 'DISPUTE_WON',
  warning_closed: 'DISPUTE_WON',
  lost: 'DISPUTE_LOST',
  prevented: 'DISPUTE_LOST',
};

/**
 * Returns what a dispute's status states. Stripe's events about money withdrawn and reinstated come in any order, so
 * their types aren't used.
 */
export function disputeFact({ id, payment_intent, status, amount, currency, reason }: Dispute): GatewayFact {
  return gatewayFact({
    type: closedDisputes[status] ?? 'DISPUTE_OPENED',
    gatewayPaymentId: payment_intent ?? null,
    amount: minorUnits(amount, currency),
    currency,
    failureCode: reason ?? null,
    gatewayObjectId: id,
  });
}

/** Returns Stripe's amount in minor units. @throws RangeError when it contains a fraction of one */
function minorUnits(amount: number, currency: string): number {
  const ours = fromStripe(amount, currency);
  if (ours === undefined) throw new RangeError(`Stripe gave an amount of ${currency} without whole minor units`);
  return ours;
}
