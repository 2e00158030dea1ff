import { isLive, transitionPayment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';

/**
 * Cancels the live attempts of an order that is paid, canceled or expired. The gateway is called to cancel them too.
 * Money of an attempt under review becomes surplus, and its refund is requested.
 */
export function cancelLiveAttempts(order: LockedOrder): void {
  for (const payment of order.payments.filter(isLive)) {
    const canceled = transitionPayment(payment, 'CANCELED', order.now);
    order.setPayment(canceled);
    order.record('payment.canceled', { paymentId: payment.id });
    if (payment.status !== 'REVIEW') {
      order.callGateway(payment, { kind: 'CANCEL' });
      continue;
    }
    // The gateway took an amount, although not the requested one.
    const surplus = { ...canceled, surplus: true };
    order.setPayment(surplus);
    requestMoneyBack(order, surplus, 'amount_mismatch');
  }
}
