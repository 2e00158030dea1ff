import { newId } from '../ids.ts';
import { isSettled, type Payment } from '../payment/payment.ts';
import type { Refund, RefundReason } from '../payment/refund.ts';
import type { OrderUnit, OrderWork } from './order-work.ts';

/**
 * Records that a payment's money must go back in whole: a refund REQUESTED, the balance reserved where the money was
 * captured, and the order in need of attention until it is done. Of nothing, nothing goes back.
 */
export function requestMoneyBack(work: OrderWork, unit: OrderUnit, payment: Payment, reason: RefundReason): string | undefined {
  const captured = payment.capturedAmount > 0;
  // An attempt that isn't settled has no amounts of its own; what the gateway reported is what it took.
  const owed = isSettled(payment) ? payment : { amount: payment.reportedAmount ?? 0, currency: payment.reportedCurrency ?? payment.currency };
  const amount = captured ? payment.capturedAmount - payment.refundedAmount - payment.refundReservedAmount : owed.amount;
  if (amount === 0) return undefined;
  const refund: Refund = {
    id: newId(), paymentId: payment.id, orderId: payment.orderId, kind: captured ? 'REFUND' : 'VOID', status: 'REQUESTED',
    amount, currency: owed.currency, reason, createdAt: work.now, updatedAt: work.now,
  };
  work.addRefund(refund);
  if (captured) work.setPayment(unit, { ...payment, refundReservedAmount: payment.refundReservedAmount + amount, updatedAt: work.now });
  work.tell(unit, 'refund.requested', { refundId: refund.id, paymentId: payment.id, kind: refund.kind, amount, currency: refund.currency, reason });
  work.raiseAttention(unit, 'refund_due');
  return refund.id;
}
