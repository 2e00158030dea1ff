import type { BankPayment } from '../../bank/bank-payment.ts';
import type { Change, ChangeType } from '../../bank/change.ts';

/** What a webhook or a response of the mock says about one change. */
export type Fact = { type: ChangeType; paymentId: string; amount?: number; currency?: string } & Record<
  string,
  unknown
>;

/** Returns the mock's fact about a change; undefined when the mock sends none. */
export function factOf({ type, payment, refund, dispute }: Change): Fact | undefined {
  const { shopPaymentId: paymentId, requestedAmount, authorizedAmount, capturedAmount, failureCode } = payment;
  const fact = (amount: number, rest: object = {}): Fact => ({
    type,
    paymentId,
    amount,
    currency: payment.currency,
    ...rest,
  });
  const failure = failureCode === null ? {} : { failureCode };
  switch (type) {
    case 'CREATED':
      return undefined;
    case 'PENDING':
      return fact(requestedAmount, { payableUntil: payment.payableUntil });
    case 'AUTHORIZED':
      return fact(authorizedAmount);
    case 'CAPTURED':
      return fact(capturedAmount);
    case 'FAILED':
    case 'ATTEMPT_FAILED':
      return fact(requestedAmount, failure);
    case 'CANCELED':
      if (payment.releasedBy === null) return { type, paymentId, ...failure };
      return {
        ...fact(payment.releasedAmount, { refundId: payment.releasedBy, objectId: `void_${payment.id}` }),
        type: 'REFUNDED',
      };
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED': {
      if (!refund) return undefined;
      const shopId = refund.shopRefundId === null ? {} : { refundId: refund.shopRefundId };
      const failed = refund.failureCode === null ? {} : { failureCode: refund.failureCode };
      return fact(refund.amount, { ...shopId, objectId: refund.id, ...failed });
    }
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return dispute ? fact(dispute.amount, { objectId: dispute.id }) : undefined;
  }
}

const refundTypes = { PENDING: 'REFUND_PENDING', SUCCEEDED: 'REFUNDED', FAILED: 'REFUND_FAILED' } as const;
const disputeTypes = { OPEN: 'DISPUTE_OPENED', WON: 'DISPUTE_WON', LOST: 'DISPUTE_LOST' } as const;

/** Returns the facts that are true about a payment now, the oldest first. */
export function factsOf(payment: BankPayment): Fact[] {
  const { authorizedAmount, capturedLater, state } = payment;
  const types: ChangeType[] = [];
  if (state === 'WAITING') types.push('PENDING');
  if (authorizedAmount > 0 && (state === 'AUTHORIZED' || capturedLater || payment.releasedBy !== null))
    types.push('AUTHORIZED');
  if (state === 'CAPTURED' || state === 'FAILED' || state === 'CANCELED') types.push(state);
  const factAbout = (type: ChangeType, more: Partial<Change> = {}) =>
    factOf({ id: '', type, at: payment.createdAt, payment, refund: null, dispute: null, ...more });
  const later = [
    ...payment.refunds.map((refund) => ({
      at: refund.createdAt,
      fact: factAbout(refundTypes[refund.status], { refund }),
    })),
    ...payment.disputes.map((dispute) => ({
      at: dispute.createdAt,
      fact: factAbout(disputeTypes[dispute.status], { dispute }),
    })),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return [...types.map((type) => factAbout(type)), ...later.map(({ fact }) => fact)].filter(
    (fact) => fact !== undefined,
  );
}
