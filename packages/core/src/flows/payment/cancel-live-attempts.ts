import { isLive, transitionPayment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';

/** Nobody waits for these any more: an order that is paid, canceled or expired ends its live attempts. */
export function cancelLiveAttempts(work: UnitOfWork, unit: LockedOrder): void {
  for (const payment of unit.payments.filter(isLive)) {
    const canceled = transitionPayment(payment, 'CANCELED', work.now);
    work.setPayment(unit, canceled);
    work.tell(unit, 'payment.canceled', { paymentId: payment.id });
    if (payment.status !== 'REVIEW') {
      work.callGateway(payment, { kind: 'CANCEL' });
      continue;
    }
    // Under review means that the gateway took something, if not what was asked.
    const surplus = { ...canceled, surplus: true };
    work.setPayment(unit, surplus);
    requestMoneyBack(work, unit, surplus, 'amount_mismatch');
  }
}
