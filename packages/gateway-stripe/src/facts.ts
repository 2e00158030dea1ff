import { gatewayFact, type GatewayEventType, type GatewayFact } from '@commerce-core/core/gateway';
import { fromStripe } from './amounts.ts';
import type { Dispute, PaymentIntent, StripeRefund } from './objects.ts';

/** What a payment intent's status says, and the way to it: a capture may have taken less than was authorized. */
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

const of = ({ id, metadata, currency }: PaymentIntent) => ({
  paymentId: metadata.payment_id,
  gatewayPaymentId: id,
  currency,
});

export const capturedFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({ type: 'CAPTURED', ...of(intent), amount: counted(intent.amount_received, intent.currency) });

export const authorizedFact = (intent: PaymentIntent, amount = intent.amount_capturable): GatewayFact =>
  gatewayFact({ type: 'AUTHORIZED', ...of(intent), amount: counted(amount, intent.currency) });

export const canceledFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({ type: 'CANCELED', ...of(intent), failureCode: intent.cancellation_reason ?? null });

/** The shopper may try again, with another card for instance. */
export function attemptFailedFact(intent: PaymentIntent): GatewayFact {
  const { code, decline_code } = intent.last_payment_error ?? {};
  return gatewayFact({ type: 'ATTEMPT_FAILED', ...of(intent), failureCode: decline_code ?? code ?? null });
}

export const pendingFact = (intent: PaymentIntent): GatewayFact =>
  gatewayFact({ type: 'PENDING', ...of(intent), payableUntil: payableUntil(intent) });

// As long as the slowest bank debit may take: https://docs.stripe.com/payments/sepa-debit
const processingMaxMs = 16 * 24 * 60 * 60 * 1000;

/**
 * Until when a voucher can be paid in cash: `next_action.konbini_display_details.expires_at` and its like. Once the shopper
 * has done their part and the banks are at it, until when they may take.
 */
function payableUntil({ next_action, status, created }: PaymentIntent): Date | null {
  if (status === 'processing' && created) return new Date(created * 1000 + processingMaxMs);
  const details = Object.entries(next_action ?? {}).find(([name]) => name.endsWith('_display_details'))?.[1];
  if (typeof details !== 'object' || details === null) return null;
  const { expires_at, expires_after } = details as Record<string, unknown>;
  const seconds = expires_at ?? expires_after;
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : null;
}

const refundTypes: Record<string, GatewayEventType> = {
  pending: 'REFUND_PENDING',
  requires_action: 'REFUND_PENDING',
  succeeded: 'REFUNDED',
  failed: 'REFUND_FAILED',
  canceled: 'REFUND_FAILED',
};

/** What a refund's status says; of a status that this shop doesn't know, that something changed. */
export function refundFact(refund: StripeRefund): GatewayFact {
  const { status, metadata, currency } = refund;
  const type = refundTypes[status ?? ''] ?? 'CHANGED';
  const about = { paymentId: metadata.payment_id, gatewayPaymentId: refund.payment_intent ?? null };
  if (type === 'CHANGED') return gatewayFact({ type, ...about });
  return gatewayFact({
    type,
    ...about,
    amount: counted(refund.amount, currency),
    currency,
    refundId: metadata.refund_id,
    gatewayObjectId: refund.id,
    failureCode: type === 'REFUND_FAILED' ? (refund.failure_reason ?? status ?? null) : null,
  });
}

/**
 * Whether it is an authorization that was let go of, in whole or in part: Stripe shows that as a refund too, but no
 * money moved, so it is in no balance.
 */
export const isRelease = ({ status, metadata, balance_transaction }: StripeRefund): boolean =>
  status === 'succeeded' && metadata.refund_id === null && !balance_transaction;

// `warning_…` is a bank's inquiry. `prevented`: the money went back before it became a dispute.
const closedDisputes: Record<string, GatewayEventType> = {
  won: 'DISPUTE_WON',
  warning_closed: 'DISPUTE_WON',
  lost: 'DISPUTE_LOST',
  prevented: 'DISPUTE_LOST',
};

/** By its status, because Stripe's events about money withdrawn and reinstated come in any order. */
export function disputeFact({ id, payment_intent, status, amount, currency, reason }: Dispute): GatewayFact {
  return gatewayFact({
    type: closedDisputes[status] ?? 'DISPUTE_OPENED',
    gatewayPaymentId: payment_intent ?? null,
    amount: counted(amount, currency),
    currency,
    failureCode: reason ?? null,
    gatewayObjectId: id,
  });
}

/** @throws RangeError for an amount that this shop can't count */
function counted(amount: number, currency: string): number {
  const ours = fromStripe(amount, currency);
  if (ours === undefined) throw new RangeError(`Stripe told an amount of ${currency} that has no whole minor units`);
  return ours;
}
