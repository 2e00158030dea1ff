import { z } from 'zod';
import type { BankDispute, BankPayment, BankRefund } from '../../bank/bank-payment.ts';

// How many Stripe units one minor unit is. https://docs.stripe.com/currencies#special-cases
const stripeUnits: Record<string, number> = { ISK: 100, UGX: 100, MGA: 0.01 };

/** Converts minor units to Stripe's units. */
export const toUnits = (amount: number, currency: string): number => Math.round(amount * (stripeUnits[currency] ?? 1));
/** Converts Stripe's units to minor units. */
export const fromUnits = (units: number, currency: string): number => Math.round(units / (stripeUnits[currency] ?? 1));

const statuses = {
  CREATED: 'requires_payment_method',
  WAITING: 'requires_action',
  AUTHORIZED: 'requires_capture',
  CAPTURED: 'succeeded',
  FAILED: 'requires_payment_method',
  CANCELED: 'canceled',
} as const;

const seconds = (at: Date): number => Math.floor(at.getTime() / 1000);
const chargeOf = ({ id }: BankPayment): string => id.replace('pi_', 'ch_');
const metadataOf = ({ details }: BankPayment): Record<string, string> =>
  z.record(z.string(), z.string()).parse(details['metadata'] ?? {});

/** Returns Stripe's PaymentIntent of a payment. */
export function intentObject(payment: BankPayment) {
  const { id, state, currency, failureCode, payableUntil } = payment;
  const declineCode = state === 'CREATED' || state === 'FAILED' ? failureCode : null;
  return {
    id,
    object: 'payment_intent',
    amount: toUnits(payment.authorizedAmount || payment.requestedAmount, currency),
    amount_capturable: state === 'AUTHORIZED' ? toUnits(payment.authorizedAmount, currency) : 0,
    amount_received: toUnits(payment.capturedAmount, currency),
    cancellation_reason: state === 'CANCELED' && failureCode === 'expired' ? 'automatic' : null,
    capture_method: payment.capture === 'MANUAL' ? 'manual' : 'automatic',
    client_secret: `${id}_secret_${payment.ordinal}`,
    created: seconds(payment.createdAt),
    currency: currency.toLowerCase(),
    last_payment_error:
      declineCode === null
        ? null
        : { type: 'card_error', code: 'card_declined', decline_code: declineCode, message: 'Your card was declined.' },
    latest_charge: payment.authorizedAmount > 0 ? chargeOf(payment) : null,
    livemode: false,
    metadata: metadataOf(payment),
    next_action:
      state === 'WAITING' && payableUntil
        ? { type: 'konbini_display_details', konbini_display_details: { expires_at: seconds(payableUntil) } }
        : null,
    payment_method_types: [payment.method ?? 'card'],
    status: statuses[state],
  };
}

/** Returns Stripe's Charge of a payment. */
export function chargeObject(payment: BankPayment) {
  const { id, currency } = payment;
  const refunded = refundObjects(payment).filter(({ status }) => status !== 'failed');
  return {
    id: chargeOf(payment),
    object: 'charge',
    amount: toUnits(payment.authorizedAmount, currency),
    amount_captured: toUnits(payment.capturedAmount, currency),
    amount_refunded: refunded.reduce((sum, { amount }) => sum + amount, 0),
    captured: payment.capturedAmount > 0,
    currency: currency.toLowerCase(),
    livemode: false,
    metadata: metadataOf(payment),
    payment_intent: id,
  };
}

const refundStatuses = { PENDING: 'pending', SUCCEEDED: 'succeeded', FAILED: 'failed' } as const;

/** Returns Stripe's Refund. */
export function refundObject(payment: BankPayment, refund: BankRefund) {
  const { currency } = payment;
  const metadata: Record<string, string> =
    refund.shopRefundId === null ? {} : { refund_id: refund.shopRefundId, payment_id: payment.shopPaymentId };
  return {
    id: refund.id,
    object: 'refund',
    amount: toUnits(refund.amount, currency),
    balance_transaction: refund.status === 'PENDING' ? null : refund.id.replace('re_', 'txn_'),
    charge: chargeOf(payment),
    created: seconds(refund.createdAt),
    currency: currency.toLowerCase(),
    metadata,
    ...(refund.status === 'FAILED' ? { failure_reason: refund.failureCode } : {}),
    payment_intent: payment.id,
    reason: null,
    status: refundStatuses[refund.status],
  };
}

/** Returns the Refund by which Stripe shows a released authorization. It belongs to no balance transaction. */
export function releaseObject(payment: BankPayment) {
  const { id, currency, releasedAmount, approvedAt, createdAt } = payment;
  const metadata: Record<string, string> = {};
  return {
    id: id.replace('pi_', 're_0'),
    object: 'refund',
    amount: toUnits(releasedAmount, currency),
    balance_transaction: null,
    charge: chargeOf(payment),
    created: seconds(approvedAt ?? createdAt),
    currency: currency.toLowerCase(),
    metadata,
    payment_intent: id,
    reason: null,
    status: 'succeeded',
  };
}

/** Returns a payment's Refunds, the newest first. */
export const refundObjects = (payment: BankPayment) => [
  ...payment.refunds.map((refund) => refundObject(payment, refund)).toReversed(),
  ...(payment.releasedAmount > 0 ? [releaseObject(payment)] : []),
];

const disputeStatuses = { OPEN: 'needs_response', WON: 'won', LOST: 'lost' } as const;

/** Returns Stripe's Dispute. */
export function disputeObject(payment: BankPayment, { id, amount, status, createdAt }: BankDispute) {
  return {
    id,
    object: 'dispute',
    amount: toUnits(amount, payment.currency),
    charge: chargeOf(payment),
    created: seconds(createdAt),
    currency: payment.currency.toLowerCase(),
    livemode: false,
    metadata: {},
    payment_intent: payment.id,
    reason: 'fraudulent',
    status: disputeStatuses[status],
  };
}
