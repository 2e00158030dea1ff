import { z } from 'zod';
import { gatewayCurrency, gatewayFact, type GatewayFact, refundIdIn } from '@commerce-core/core/gateway';

/** PortOne counts in minor units, as this shop does. */
const amount = z.int().min(0);
const cancellation = z.object({
  status: z.enum(['REQUESTED', 'SUCCEEDED', 'FAILED']),
  id: z.string().min(1).max(300),
  totalAmount: amount,
  reason: z.string().nullish(),
});
export type Cancellation = z.output<typeof cancellation>;

/** PortOne's answer to a cancel. */
export const cancelAnswer = z.object({ cancellation });

/** The fields of PortOne's Payment that this adapter reads. https://developers.portone.io/api/rest-v2/payment */
export const portonePayment = z.object({
  id: z.string(),
  status: z.enum([
    'READY',
    'PAY_PENDING',
    'VIRTUAL_ACCOUNT_ISSUED',
    'PAID',
    'FAILED',
    'PARTIAL_CANCELLED',
    'CANCELLED',
  ]),
  currency: gatewayCurrency,
  /** `total` is the order's amount, before a `discount` that for example a card's issuer pays. */
  amount: z.object({ total: amount, discount: amount, cancelled: amount }),
  method: z.object({ type: z.string(), expiredAt: z.coerce.date().nullish() }).nullish(),
  paidAt: z.string().nullish(),
  failure: z.object({ reason: z.string().nullish(), pgCode: z.string().nullish() }).nullish(),
  cancellations: z.array(cancellation).nullish(),
  disputes: z.array(z.object({ pgDisputeId: z.string().max(200).nullish(), createdAt: z.string().max(50) })).nullish(),
});
export type PortonePayment = z.output<typeof portonePayment>;

/** Whether the shopper pays by a deposit into a virtual account. */
export const isVirtualAccount = ({ method }: PortonePayment): boolean => method?.type === 'PaymentMethodVirtualAccount';

/** Returns all that a Payment states, as facts of this shop. */
export function portoneFacts(payment: PortonePayment): GatewayFact[] {
  const { id, status, failure, currency, amount } = payment;
  const about = { paymentId: id, gatewayPaymentId: id };
  switch (status) {
    case 'READY':
      return [];
    case 'PAY_PENDING':
      return [gatewayFact({ type: 'PENDING', ...about })];
    case 'VIRTUAL_ACCOUNT_ISSUED':
      return [gatewayFact({ type: 'PENDING', ...about, payableUntil: payment.method?.expiredAt ?? null })];
    case 'FAILED': {
      // The shopper may try again under the same id.
      const failureCode = (failure?.pgCode || failure?.reason || 'FAILED').slice(0, 200);
      return [gatewayFact({ type: 'ATTEMPT_FAILED', ...about, failureCode })];
    }
    case 'PAID':
    case 'PARTIAL_CANCELLED':
    case 'CANCELLED':
      // A virtual account that was closed before its deposit brought no money.
      if (!payment.paidAt && isVirtualAccount(payment)) return [gatewayFact({ type: 'CANCELED', ...about })];
      return [
        gatewayFact({ type: 'CAPTURED', ...about, amount: amount.total, currency }),
        ...(payment.cancellations ?? []).map((one) => refundFact(payment, one)),
        ...disputeFacts(payment),
      ];
  }
}

const refundTypes = { REQUESTED: 'REFUND_PENDING', SUCCEEDED: 'REFUNDED', FAILED: 'REFUND_FAILED' } as const;

/** Returns the fact that a cancellation of this payment states: it is a refund in this shop's words. */
export function refundFact({ id: paymentId, currency }: PortonePayment, cancellation: Cancellation): GatewayFact {
  const { id, status, totalAmount: amount, reason } = cancellation;
  return gatewayFact({
    type: refundTypes[status],
    paymentId,
    gatewayPaymentId: paymentId,
    amount,
    currency,
    refundId: refundIdIn(reason),
    gatewayObjectId: id,
  });
}

/**
 * PortOne states neither the amount of a dispute nor who won it. So a dispute that PortOne calls resolved is reported
 * as opened, too: an operator has to look at it.
 */
const disputeFacts = ({ id, currency, amount, disputes }: PortonePayment): GatewayFact[] =>
  (disputes ?? []).map(({ pgDisputeId, createdAt }) =>
    gatewayFact({
      type: 'DISPUTE_OPENED',
      paymentId: id,
      gatewayPaymentId: id,
      amount: amount.total,
      currency,
      gatewayObjectId: pgDisputeId || `dispute of ${createdAt}`,
    }),
  );
