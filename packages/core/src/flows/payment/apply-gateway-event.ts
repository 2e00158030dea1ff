import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import {
  authorizationLost,
  isLost,
  mayBePaidAfterCancel,
  transitionPayment,
  type Payment,
} from '../../payment/payment.ts';
import type { RequestedParts } from '../../unit-of-work/lock-parts.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applyRefundEvent } from '../refund/apply-refund.ts';
import { finishRefund } from '../refund/finish-refund.ts';
import { applyApproval } from './apply-approval.ts';
import { applyDispute } from './apply-dispute.ts';
import { applied, ignored, type Decision } from './decision.ts';
import { clearCaptureAttention } from './warn-about-captures.ts';

/**
 * Applies a gateway event to its payment and that payment's order. The order is locked with its payments and stock, and
 * with its refunds and disputes where `isAboutMoney`, or where an approval can't simply pay for it.
 * @returns the decision; the order and its parts are changed, not written
 */
export function applyGatewayEvent(order: LockedOrder, known: Payment, event: GatewayEvent): Decision {
  const payment = learnGatewayId(order, known, event);
  if (isOpenWithoutNeed(payment, event)) order.callGateway(payment, { kind: 'CANCEL' });
  switch (event.type) {
    case 'AUTHORIZED':
    case 'CAPTURED':
      return applyApproval(order, payment, event);
    case 'PENDING':
      return applyPending(order, payment, event);
    case 'FAILED':
      return applyFailure(order, payment, event.failureCode ?? 'unspecified');
    case 'CANCELED':
      return applyCancellation(order, noteCanceled(order, payment), event);
    case 'ATTEMPT_FAILED':
      return applied('attempt_noted');
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED':
      return applyRefundEvent(order, payment, event);
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return applyDispute(order, payment, event);
    case 'CHANGED':
      order.callGateway(payment, { kind: 'POLL' });
      return applied('polls_gateway');
    case 'OTHER':
      return { outcome: 'IGNORED_UNKNOWN', effect: null };
  }
}

/** Whether the decision about an event needs the order's refunds and disputes. */
export const isAboutMoney = ({ type }: GatewayEvent): boolean =>
  type === 'CAPTURED' || type === 'CANCELED' || type.startsWith('REFUND') || type.startsWith('DISPUTE');

/**
 * Whether an authorization may be one that the order can't use, so that the decision needs its refunds and disputes. An
 * order that waits for its one attempt needs neither, and that is nearly every authorization: it costs no further
 * statement.
 * @param events those of this transaction that are about the order
 */
export function mayBeSurplus({ status, payments }: LockedOrder, events: readonly GatewayEvent[]): boolean {
  if (!events.some(({ type }) => type === 'AUTHORIZED')) return false;
  return status !== 'PAYMENT_PENDING' || payments.length > 1 || events.length > 1;
}

/**
 * What the decision about a refund needs that succeeds after its failure: its units may have been replaced meanwhile.
 */
export const partsOfRefunds = (events: readonly GatewayEvent[]): RequestedParts =>
  events.some(({ type, source }) => type === 'REFUNDED' && source === 'ANSWER')
    ? { refundLines: true, shipments: true }
    : {};

/** Whether the gateway still lets a shopper pay an attempt that isn't live any more. */
const isOpenWithoutNeed = (payment: Payment, { type }: GatewayEvent): boolean =>
  (type === 'PENDING' || type === 'ATTEMPT_FAILED') && (payment.status === 'FAILED' || mayBePaidAfterCancel(payment));

function learnGatewayId(order: LockedOrder, payment: Payment, { gatewayPaymentId, type }: GatewayEvent): Payment {
  // A CHANGED event can be unsigned, so nothing in it is trusted.
  if (gatewayPaymentId === null || payment.gatewayPaymentId !== null || type === 'CHANGED') return payment;
  const learned = { ...payment, gatewayPaymentId };
  order.setPayment(learned);
  return learned;
}

/** Applies that the gateway waits for the shopper to pay, perhaps for days. The stock stays reserved until then. */
function applyPending(order: LockedOrder, payment: Payment, { payableUntil }: GatewayEvent): Decision {
  if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return ignored('already_noted');
  const { reservedUntil } = order.row;
  const isLonger = payableUntil !== null && payableUntil > reservedUntil;
  if (payment.status === 'PENDING' && !isLonger) return ignored('already_pending');
  if (isLonger) order.setReservedUntil(payableUntil);
  // A payment that is PENDING already has only a longer reservation, which is no event.
  if (payment.status === 'CREATED') {
    order.setPayment(transitionPayment(payment, 'PENDING', order.now));
    order.record('payment.pending', {
      paymentId: payment.id,
      reservedUntil: order.row.reservedUntil.toISOString(),
    });
  }
  return applied('payment_pending');
}

function applyFailure(order: LockedOrder, payment: Payment, failureCode: string): Decision {
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

/** Notes what the gateway says of an attempt, whatever the shop makes of it: see `applyApproval`. */
function noteCanceled(order: LockedOrder, payment: Payment): Payment {
  if (payment.canceledAtGateway || payment.status === 'CAPTURED') return payment;
  const noted = { ...payment, canceledAtGateway: true };
  order.setPayment(noted);
  return noted;
}

/** Applies that the gateway has ended the attempt or voided its authorization. */
function applyCancellation(order: LockedOrder, payment: Payment, { source }: GatewayEvent): Decision {
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
