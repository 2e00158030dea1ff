import { newId } from '../../ids.ts';
import { refundableAmount, type Payment } from '../../payment/payment.ts';
import type { Refund, RefundLine, RefundReason } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Records that a payment's money must go back in whole: a refund REQUESTED, the balance reserved where the money was
 * captured, and the order in need of attention until it is done. Of nothing, nothing goes back.
 */
export function requestMoneyBack(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  reason: RefundReason,
  id = newId(),
): void {
  if (payment.capturedAmount > 0) {
    const amount = refundableAmount(payment);
    if (amount === 0) return;
    requestRefund(work, unit, payment, { id, amount, reason });
  } else {
    // An attempt that was never approved has no amounts of its own; what the gateway reported is what it took.
    const owed =
      payment.authorizedAmount > 0
        ? { amount: payment.authorizedAmount, currency: payment.currency }
        : { amount: payment.reportedAmount ?? 0, currency: payment.reportedCurrency ?? payment.currency };
    if (owed.amount === 0) return;
    add(work, unit, payment, { id, kind: 'VOID', amount: owed.amount, currency: owed.currency, reason });
    // What goes back in whole isn't captured first.
    work.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'going_back' });
  }
  work.raiseAttention(unit, 'refund_due');
}

type Asked = { id: string; amount: number; reason: RefundReason };

/** Records that captured money must go back: the caller has seen that the balance allows it, and it is reserved. */
export function requestRefund(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  { id, amount, reason }: Asked,
  lines: readonly RefundLine[] = [],
): Refund {
  work.setPayment(unit, {
    ...payment,
    refundReservedAmount: payment.refundReservedAmount + amount,
    updatedAt: work.now,
  });
  return add(work, unit, payment, { id, kind: 'REFUND', amount, currency: payment.currency, reason }, lines);
}

function add(
  work: UnitOfWork,
  unit: LockedOrder,
  { id: paymentId, orderId, provider }: Payment,
  asked: Pick<Refund, 'id' | 'kind' | 'amount' | 'currency' | 'reason'>,
  lines: readonly RefundLine[] = [],
): Refund {
  const refund: Refund = {
    ...asked,
    paymentId,
    orderId,
    status: 'REQUESTED',
    gatewayRefundId: null,
    failureCode: null,
    createdAt: work.now,
    updatedAt: work.now,
  };
  const { id: refundId, ...facts } = asked;
  work.addRefund(unit, refund, lines);
  work.callGateway({ id: paymentId, orderId, provider }, { kind: 'REFUND', refundId });
  work.tell(unit, 'refund.requested', {
    refundId,
    paymentId,
    ...facts,
    ...(lines.length > 0 && { lines: lines.map(({ lineNo, quantity, restock }) => ({ lineNo, quantity, restock })) }),
  });
  return refund;
}
