import { refundedAmount, type BankPayment, type BankRefund } from '../../bank/bank-payment.ts';
import type { Change } from '../../bank/change.ts';
import { refundReason } from '../refund-reasons.ts';

/** Returns PortOne's Payment. The fields that no payment changes have fixed values. */
export function portonePayment(payment: BankPayment, storeId: string) {
  const { id, shopPaymentId, approvedAt, payableUntil, failureCode, createdAt, changedAt, refunds, disputes } = payment;
  const total = approvedAt ? payment.authorizedAmount : payment.requestedAmount;
  const cancelled = refundedAmount(payment);
  const method = payableUntil
    ? { type: 'PaymentMethodVirtualAccount', accountNumber: 'X6505636518308', expiredAt: payableUntil.toISOString() }
    : { type: 'PaymentMethodCard', card: { brand: 'LOCAL', type: 'CREDIT' } };
  return {
    status: statusOf(payment),
    id: shopPaymentId,
    transactionId: id,
    merchantId: 'merchant-1',
    storeId,
    version: 'V2',
    requestedAt: createdAt.toISOString(),
    updatedAt: changedAt.toISOString(),
    statusChangedAt: changedAt.toISOString(),
    method,
    orderName: 'Goods',
    customer: {},
    currency: approvedAt ? payment.currency : payment.requestedCurrency,
    amount: {
      total,
      taxFree: 0,
      discount: 0,
      paid: approvedAt ? total - cancelled : 0,
      cancelled,
      cancelledTaxFree: 0,
    },
    ...(approvedAt ? { paidAt: approvedAt.toISOString() } : {}),
    ...(failureCode === null ? {} : { failure: { reason: 'The payment was declined.', pgCode: failureCode } }),
    cancellations: refunds.map((refund) => portoneCancellation(payment, refund)),
    disputes: disputes.map((dispute) => ({
      status: dispute.status === 'OPEN' ? 'UNRESOLVED' : 'RESOLVED',
      pgDisputeId: dispute.id,
      reason: 'contested',
      createdAt: dispute.createdAt.toISOString(),
    })),
  };
}

function statusOf(payment: BankPayment): string {
  switch (payment.state) {
    case 'CREATED':
      return payment.failureCode === null ? 'READY' : 'FAILED';
    case 'WAITING':
      return 'VIRTUAL_ACCOUNT_ISSUED';
    case 'FAILED':
      return 'FAILED';
    case 'CANCELED':
      // Only a virtual account that was issued can be closed. A payment page without a payment ends as FAILED.
      return payment.payableUntil ? 'CANCELLED' : 'FAILED';
    case 'AUTHORIZED':
    case 'CAPTURED':
      if (refundedAmount(payment) === 0) return 'PAID';
      return refundedAmount(payment) === payment.capturedAmount ? 'CANCELLED' : 'PARTIAL_CANCELLED';
  }
}

const cancellationStatus: Record<BankRefund['status'], string> = {
  PENDING: 'REQUESTED',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
};

/** Returns PortOne's PaymentCancellation of a refund. */
export function portoneCancellation(payment: BankPayment, refund: BankRefund) {
  const at = refund.createdAt.toISOString();
  return {
    status: cancellationStatus[refund.status],
    id: refund.id,
    totalAmount: refund.amount,
    taxFreeAmount: 0,
    vatAmount: 0,
    reason: refundReason(payment, refund),
    requestedAt: at,
    ...(refund.status === 'SUCCEEDED' ? { cancelledAt: at } : {}),
  };
}

/**
 * Returns the type of the webhook about a change; undefined when PortOne sends none. It sends none for failed refunds.
 */
export function portoneEventType({ type, payment }: Change): string | undefined {
  switch (type) {
    case 'CREATED':
    case 'REFUND_FAILED':
      return undefined;
    case 'PENDING':
      return 'Transaction.VirtualAccountIssued';
    case 'AUTHORIZED':
    case 'CAPTURED':
      return 'Transaction.Paid';
    case 'FAILED':
    case 'ATTEMPT_FAILED':
      return 'Transaction.Failed';
    case 'CANCELED':
      return payment.payableUntil ? 'Transaction.Cancelled' : 'Transaction.Failed';
    case 'REFUND_PENDING':
      return 'Transaction.CancelPending';
    case 'REFUNDED':
      return refundedAmount(payment) === payment.capturedAmount
        ? 'Transaction.Cancelled'
        : 'Transaction.PartialCancelled';
    case 'DISPUTE_OPENED':
      return 'Transaction.DisputeCreated';
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return 'Transaction.DisputeResolved';
  }
}
