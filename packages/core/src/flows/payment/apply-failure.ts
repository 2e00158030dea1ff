import { transitionPayment, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applied, ignored, type Decision } from './decision.ts';

/** Applies that an attempt has failed. A failure after an approval is ignored. */
export function applyFailure(order: LockedOrder, payment: Payment, failureCode: string): Decision {
  switch (payment.status) {
    case 'CREATED':
    case 'PENDING':
      break;
    case 'FAILED':
      return ignored('already_failed');
    case 'CANCELED':
      return ignored('canceled_before');
    case 'REVIEW':
      return ignored('under_review');
    case 'AUTHORIZED':
    case 'CAPTURED':
      return ignored('approved_before');
  }
  order.setPayment({ ...transitionPayment(payment, 'FAILED', order.now), failureCode });
  order.releaseStock();
  // An attempt to pay an order that has lost its authorization: the order stays PAID, and its goods may have left.
  const isPaid = order.status === 'PAID';
  if (!isPaid) order.transition('PAYMENT_FAILED');
  order.record('payment.failed', { paymentId: payment.id, failureCode });
  if (isPaid) order.raiseAttention('authorization_lost');
  return applied('payment_failed');
}
