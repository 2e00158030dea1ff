import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { authorizationLost, isLost, transitionPayment, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { finishRefund } from '../refund/finish-refund.ts';
import { applyFailure } from './apply-failure.ts';
import { applied, ignored, type Decision } from './decision.ts';
import { clearCaptureAttention } from './warn-about-captures.ts';

/** Applies that the gateway has ended the attempt or voided its authorization. */
export function applyCancellation(order: LockedOrder, known: Payment, { source }: GatewayEvent): Decision {
  const payment = noteCanceled(order, known);
  const unfinishedVoid = order.unfinishedVoidOf(payment);
  // The gateway refused the VOID before. This webhook could be older than the refusal; the reply to a POLL is not.
  if (unfinishedVoid?.status === 'FAILED' && payment.status !== 'AUTHORIZED' && source === 'WEBHOOK') {
    order.callGateway(payment, { kind: 'POLL' });
    return applied('polls_gateway');
  }
  if (unfinishedVoid) {
    finishRefund(order, unfinishedVoid, null);
    return applied('payment_voided');
  }
  if (payment.status === 'AUTHORIZED') return loseAuthorization(order, payment);
  if (payment.status === 'REVIEW') return endReview(order, payment);
  if (!isLost(payment)) return applyFailure(order, payment, 'canceled_by_gateway');
  if (order.hasLostItsMoney()) order.raiseAttention('authorization_lost');
  return ignored('authorization_lost');
}

/** Notes what the gateway says of an attempt, whatever the shop makes of it: see `applyApproval`. */
function noteCanceled(order: LockedOrder, payment: Payment): Payment {
  if (payment.canceledAtGateway || payment.status === 'CAPTURED') return payment;
  const noted = { ...payment, canceledAtGateway: true };
  order.setPayment(noted);
  return noted;
}

/**
 * Ends the review of an amount that was only authorized, and that the gateway has released: an operator has nothing to
 * decide any more, and the order can be paid again. Captured money can't be released, so then an operator has to look.
 */
function endReview(order: LockedOrder, payment: Payment): Decision {
  if (payment.reportedCaptured) {
    order.raiseAttention('amount_mismatch');
    return ignored('under_review');
  }
  order.setPayment({ ...transitionPayment(payment, 'CANCELED', order.now), failureCode: authorizationLost });
  order.releaseStock();
  const isPending = order.status === 'PAYMENT_PENDING';
  if (isPending) order.transition('PAYMENT_FAILED');
  order.record(isPending ? 'payment.review_rejected' : 'payment.canceled', { paymentId: payment.id });
  order.clearAttention('amount_mismatch');
  if (order.hasLostItsMoney()) order.raiseAttention('authorization_lost');
  return applied('authorization_lost');
}

/** Cancels a payment whose authorization the shop didn't void. The order stays PAID, and an operator has to decide. */
function loseAuthorization(order: LockedOrder, payment: Payment): Decision {
  order.setPayment({ ...transitionPayment(payment, 'CANCELED', order.now), failureCode: authorizationLost });
  order.record('payment.voided', { paymentId: payment.id });
  order.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: authorizationLost });
  clearCaptureAttention(order);
  order.raiseAttention('authorization_lost');
  return applied('authorization_lost');
}
