import { transitionPayment, type Payment } from '../../payment/payment.ts';
import { isOpen, isOwed, transitionRefund, type Refund, type WithdrawnCode } from '../../refund/refund.ts';
import { clearCaptureAttention } from '../payment/warn-about-captures.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { refundableAmount } from './refundable.ts';

/** Makes a refund SUCCEEDED: its money has gone back. `gatewayRefundId` is the gateway's id where the event has one. */
export function finishRefund(order: LockedOrder, refund: Refund, gatewayRefundId: string | null): void {
  const { id, paymentId, kind, amount, currency } = refund;
  const payment = order.paymentOf(refund);
  order.setRefund({
    ...transitionRefund(refund, 'SUCCEEDED', order.now),
    failureCode: null,
    gatewayRefundId: gatewayRefundId ?? refund.gatewayRefundId,
  });
  order.record('refund.succeeded', { refundId: id, paymentId, kind, amount, currency });
  if (kind === 'REFUND') {
    order.setPayment({
      ...payment,
      refundedAmount: payment.refundedAmount + amount,
      refundReservedAmount: payment.refundReservedAmount - amount,
      updatedAt: order.now,
    });
  } else if (payment.status === 'AUTHORIZED') {
    order.setPayment(transitionPayment(payment, 'CANCELED', order.now));
    order.record('payment.voided', { paymentId });
    clearCaptureAttention(order);
  }
  order.closeCalls({ subjectId: id, kind: 'REFUND', status: 'DONE', failureCode: null });
  endRefundAttention(order);
}

/** Ends the attention for failed refunds once no money of one is missing, and for owed ones once none is open. */
export function endRefundAttention(order: LockedOrder): void {
  if (!order.refunds.some((refund) => isMissing(order, refund))) order.clearAttention('refund_failed');
  if (!order.refunds.some((refund) => isOpen(refund) && isOwed(refund))) order.clearAttention('refund_due');
}

/** Whether a refund FAILED and its money hasn't gone back since, by another refund or a lost dispute. */
function isMissing(order: LockedOrder, refund: Refund): boolean {
  if (refund.status !== 'FAILED') return false;
  const payment = order.paymentOf(refund);
  return refund.kind === 'REFUND'
    ? refundableAmount(order, payment, { despiteDispute: true }) > 0
    : payment.capturedAmount === 0 && !order.standingVoidOf(payment);
}

/** Makes a refund FAILED: its money hasn't gone, or came back, so another refund can send the amount again. */
export function failRefund(order: LockedOrder, refund: Refund, failureCode: string): void {
  const { id, paymentId, kind, amount, currency } = refund;
  order.setRefund({ ...transitionRefund(refund, 'FAILED', order.now), failureCode });
  order.record('refund.failed', { refundId: id, paymentId, kind, amount, currency, failureCode });
  order.closeCalls({ subjectId: id, kind: 'REFUND', status: 'REFUSED', failureCode });
  if (kind !== 'REFUND') return;
  const payment = order.paymentOf(refund);
  const balance = refund.status === 'SUCCEEDED' ? 'refundedAmount' : 'refundReservedAmount';
  order.setPayment({ ...payment, [balance]: payment[balance] - amount, updatedAt: order.now });
}

/** The refunds of a payment that the gateway hasn't been called for. */
export const unsentRefunds = ({ refunds }: LockedOrder, { id }: Payment): Refund[] =>
  refunds.filter(({ paymentId, kind, status }) => paymentId === id && kind === 'REFUND' && status === 'REQUESTED');

/**
 * Withdraws unsent refunds of a payment, the oldest first, until they have freed an amount.
 * @returns whether there was one
 */
export function withdrawRefunds(order: LockedOrder, payment: Payment, amount: number, code: WithdrawnCode): boolean {
  let missing = amount;
  for (const refund of unsentRefunds(order, payment)) {
    if (missing <= 0) break;
    failRefund(order, refund, code);
    missing -= refund.amount;
    // `requestOwedMoney` requests owed money again. A refund that an operator had requested is for an operator to
    // decide again.
    if (!isOwed(refund)) order.raiseAttention('refund_failed');
  }
  return missing < amount;
}
