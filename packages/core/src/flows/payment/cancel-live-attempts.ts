import { isLive, transitionPayment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { keepReviewedAsSurplus } from './keep-as-surplus.ts';

/**
 * Cancels the live attempts of an order that is paid, canceled or expired. The gateway is called to cancel them too.
 * Money of an attempt under review becomes surplus, and its refund is requested.
 */
export function cancelLiveAttempts(order: LockedOrder): void {
  for (const payment of order.payments.filter(isLive)) {
    const canceled = transitionPayment(payment, 'CANCELED', order.now);
    order.setPayment(canceled);
    order.record('payment.canceled', { paymentId: payment.id });
    // Under review, the gateway took an amount, although not the requested one.
    if (payment.status === 'REVIEW') keepReviewedAsSurplus(order, canceled);
    else order.callGateway(payment, { kind: 'CANCEL' });
  }
}
