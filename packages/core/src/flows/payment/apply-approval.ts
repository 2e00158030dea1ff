import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import {
  approvePayment,
  capturePayment,
  isApproved,
  isLost,
  isVoided,
  paysForOrder,
  transitionPayment,
  type Payment,
} from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { refundReleased, releasedSince, requestOwedMoney } from '../refund/request-refunds.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { canBePaid, completeOrder } from './complete-order.ts';
import { applied, ignored, tryLater, type Decision } from './decision.ts';
import { keepAsSurplus } from './keep-as-surplus.ts';
import { clearCaptureAttention } from './warn-about-captures.ts';

/** For how long the stock of an order under review stays reserved: an operator may need days to decide. */
const reviewReservationMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Applies the gateway's approval of an attempt (AUTHORIZED), or that the gateway has its money (CAPTURED).
 * @returns the decision; the order and its parts are changed, not written
 */
export function applyApproval(order: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const isCaptured = event.type === 'CAPTURED';
  if (isLost(payment)) return applyAfterLoss(order, payment, event);
  if (isVoided(payment)) return ignored('already_refunded');
  if (isCaptured && payment.status === 'AUTHORIZED') return applyCapture(order, payment, event);
  if (isApproved(payment) || payment.status === 'REVIEW') return applyRepeatedApproval(order, payment, event);
  if (payment.canceledAtGateway && event.type === 'AUTHORIZED') {
    // The gateway's cancellation ended the authorization, or the attempt before it was authorized. Either message could
    // be the older one, and an answer could be older than that of another call, so the gateway is asked once more.
    order.callGateway(payment, { kind: 'POLL' });
    if (event.source === 'WEBHOOK') return applied('polls_gateway');
  }
  const isExact = event.amount === payment.amount && event.currency === payment.currency;
  if (!isExact) return reviewOrReturn(order, payment, event);
  return canBePaid(order) ? pay(order, payment, isCaptured) : returnMoney(order, payment, event);
}

/** Applies that the gateway has captured money although it had released the authorization. */
function applyAfterLoss(order: LockedOrder, lost: Payment, event: GatewayEvent): Decision {
  // Units may have been canceled since.
  const payment = { ...lost, releasedAmount: Math.max(lost.releasedAmount, releasedSince(order, lost)) };
  // An AUTHORIZED event is older than the loss.
  if (event.type === 'AUTHORIZED') return ignored('canceled_before');
  const { amount, currency } = event;
  const fits = (amount > 0 || payment.amount === 0) && amount <= payment.amount && currency === payment.currency;
  if (!fits) {
    order.raiseAttention('amount_mismatch');
    return ignored('amount_mismatch');
  }
  // Another attempt may have paid for the order since.
  const surplus = order.payments.some(paysForOrder);
  const captured = { ...capturePayment(payment, amount, order.now), failureCode: null, surplus };
  order.setPayment(captured);
  order.record('payment.captured', { paymentId: payment.id, amount, currency, ...(surplus && { surplus }) });
  if (!surplus) cancelLiveAttempts(order);
  order.clearAttention('authorization_lost');
  requestOwedMoney(order, captured);
  refundReleased(order, payment);
  return applied('payment_captured');
}

/**
 * Applies a further approval of an attempt whose money has already come. The same amount changes nothing. With another
 * amount one of the two events must be wrong, so an operator has to look.
 */
function applyRepeatedApproval(
  order: LockedOrder,
  payment: Payment,
  { amount, currency, type }: GatewayEvent,
): Decision {
  const known = cameFor(payment, type);
  if (amount !== known.amount || currency !== known.currency) {
    order.raiseAttention('amount_mismatch');
    return ignored('amount_mismatch');
  }
  if (payment.status !== 'REVIEW') return ignored('already_approved');
  if (type === 'CAPTURED') order.setPayment({ ...payment, reportedCaptured: true, updatedAt: order.now });
  return ignored('under_review');
}

/**
 * The amount and currency that the gateway has reported. An approved payment is about what came; what was reported for
 * a review before doesn't count any more.
 */
function cameFor(payment: Payment, type: GatewayEvent['type']) {
  const { status, amount, currency, capturedAmount, reportedAmount, reportedCurrency } = payment;
  if (status === 'REVIEW') return { amount: reportedAmount, currency: reportedCurrency };
  return { amount: type === 'CAPTURED' && status === 'CAPTURED' ? capturedAmount : amount, currency };
}

/** Applies the capture of all or a part of the authorized amount. */
function applyCapture(order: LockedOrder, payment: Payment, { amount, currency }: GatewayEvent): Decision {
  // The VOID undoes the payment whether it was captured or not. Only if the gateway refuses the VOID is this amount to
  // be refunded.
  if (order.openVoidOf(payment)) return tryLater;
  if (amount === 0 || amount > payment.authorizedAmount || currency !== payment.currency) {
    order.raiseAttention('amount_mismatch');
    return ignored('amount_mismatch');
  }
  const captured = capturePayment(payment, amount, order.now);
  order.setPayment(captured);
  order.record('payment.captured', { paymentId: payment.id, amount, currency });
  order.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'DONE', failureCode: null });
  clearCaptureAttention(order);
  requestOwedMoney(order, captured);
  refundReleased(order, payment);
  return applied('payment_captured');
}

function pay(order: LockedOrder, payment: Payment, captured: boolean): Decision {
  completeOrder(order, approvePayment(payment, { captured, surplus: false }, order.now));
  return applied('order_paid');
}

function returnMoney(order: LockedOrder, payment: Payment, { amount, currency, type }: GatewayEvent): Decision {
  keepAsSurplus(order, payment, { amount, currency, captured: type === 'CAPTURED' });
  return applied('surplus');
}

/** Handles another amount than the requested one: an operator decides while the order can wait, else it is refunded. */
function reviewOrReturn(order: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { amount, currency, type } = event;
  const reported = { reportedAmount: amount, reportedCurrency: currency, reportedCaptured: type === 'CAPTURED' };
  const isUnpaid = order.status === 'PAYMENT_PENDING' || order.status === 'PAYMENT_FAILED' || order.hasLostItsMoney();
  if (!isUnpaid || order.hasOtherLivePayment(payment) || payment.status === 'CANCELED')
    return returnMoney(order, payment, event);
  order.setPayment({ ...transitionPayment(payment, 'REVIEW', order.now), ...reported });
  const reservedUntil = new Date(
    Math.max(order.row.reservedUntil.getTime(), order.now.getTime() + reviewReservationMs),
  );
  order.setReservedUntil(reservedUntil);
  order.record('payment.review_opened', {
    paymentId: payment.id,
    amount: payment.amount,
    currency: payment.currency,
    ...reported,
    reservedUntil: reservedUntil.toISOString(),
  });
  order.raiseAttention('amount_mismatch');
  return applied('payment_in_review');
}
