import { shortages } from '../../inventory/stock.ts';
import { transitionOrder } from '../../order/order.ts';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import {
  approvePayment,
  capturePayment,
  isLive,
  isApproved,
  paysForOrder,
  isVoided,
  transitionPayment,
  type Payment,
} from '../../payment/payment.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { applied, ignored, tryLater, type Decision } from './decision.ts';
import { demandOf, openVoidOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { prepareShipment } from '../shipping/pack-parcel.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';

// An order under review waits for a person, so its stock is kept for as long as a person may need.
const reviewReservationMs = 7 * 24 * 60 * 60 * 1000;

/** The gateway approved an attempt (AUTHORIZED), or has its money (CAPTURED). */
export function applyApproval(work: UnitOfWork, unit: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const captured = event.type === 'CAPTURED';
  if (isVoided(payment)) return ignored('already_refunded');
  if (captured && payment.status === 'AUTHORIZED') return capture(work, unit, payment, event);
  if (isApproved(payment) || payment.status === 'REVIEW' || payment.surplus)
    return repeated(work, unit, payment, event);
  const exact = event.amount === payment.amount && event.currency === payment.currency;
  if (!exact) return reviewOrReturn(work, unit, payment, event);
  return canTake(work, unit) ? pay(work, unit, payment, captured) : keepAsSurplus(work, unit, payment, captured);
}

/**
 * A further approval of an attempt whose money has come already. The same money told again is nothing; other money told
 * of the same attempt is for a person to look into, because only one of the two can be right.
 */
function repeated(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  { amount, currency, type }: GatewayEvent,
): Decision {
  const isCaptureAgain = type === 'CAPTURED' && payment.status === 'CAPTURED';
  const came = {
    amount: isCaptureAgain ? payment.capturedAmount : (payment.reportedAmount ?? payment.amount),
    currency: payment.reportedCurrency ?? payment.currency,
  };
  if (amount !== came.amount || currency !== came.currency) {
    work.raiseAttention(unit, 'amount_mismatch');
    return ignored('amount_mismatch');
  }
  if (payment.status !== 'REVIEW') return ignored('already_approved');
  if (type === 'CAPTURED') work.setPayment(unit, { ...payment, reportedCaptured: true, updatedAt: work.now });
  return ignored('under_review');
}

/** The gateway has taken what it had authorized, or a part of it. */
function capture(work: UnitOfWork, unit: LockedOrder, payment: Payment, { amount, currency }: GatewayEvent): Decision {
  // The void undoes it whether it was captured or not. Should the void be refused, this is what there is to send back.
  if (openVoidOf(unit, payment)) return tryLater;
  if (amount === 0 || amount > payment.authorizedAmount || currency !== payment.currency) {
    work.raiseAttention(unit, 'amount_mismatch');
    return ignored('amount_mismatch');
  }
  const captured = capturePayment(payment, amount, work.now);
  work.setPayment(unit, captured);
  work.tell(unit, 'payment.captured', { paymentId: payment.id, amount, currency });
  work.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'DONE', failureCode: null });
  work.clearAttention(unit, 'capture_failed');
  if (captured.surplus || unit.order.status === 'CANCELED') {
    requestMoneyBack(work, unit, captured, captured.surplus ? 'surplus' : 'order_canceled');
  }
  return applied('payment_captured');
}

/** Whether the order can still become PAID: nothing has paid it, it isn't canceled, and its stock is there. */
export function canTake(work: UnitOfWork, unit: LockedOrder): boolean {
  if (unit.order.status === 'CANCELED' || unit.payments.some(paysForOrder)) return false;
  return unit.order.reservationStatus === 'HELD' || shortages(work.stocks, demandOf(unit)).length === 0;
}

function pay(work: UnitOfWork, unit: LockedOrder, payment: Payment, captured: boolean): Decision {
  completeOrder(work, unit, approvePayment(payment, { captured, surplus: false }, work.now));
  return applied('order_paid');
}

/** The money of `paid` pays for its order: the stock is sold, and a parcel can be made ready. */
export function completeOrder(
  work: UnitOfWork,
  unit: LockedOrder,
  paid: Payment,
  facts: Record<string, unknown> = {},
): void {
  work.setPayment(unit, paid);
  tellApproved(work, unit, paid, facts);
  cancelLiveAttempts(work, unit);
  work.moveStock(unit.order.reservationStatus === 'HELD' ? 'commit' : 'sell', demandOf(unit), unit.order.id);
  work.setOrder(unit, transitionOrder(unit.order, 'PAID', work.now));
  work.tell(unit, 'order.paid', {
    paymentId: paid.id,
    totalAmount: unit.order.totalAmount,
    currency: unit.order.currency,
  });
  prepareShipment(work, unit);
}

function keepAsSurplus(work: UnitOfWork, unit: LockedOrder, payment: Payment, captured: boolean): Decision {
  const surplus = approvePayment(payment, { captured, surplus: true }, work.now);
  work.setPayment(unit, surplus);
  tellApproved(work, unit, surplus, { surplus: true });
  requestMoneyBack(work, unit, surplus, 'surplus');
  return applied('surplus');
}

/** Whoever wanted the attempt ended comes too late: what came of it is dealt with otherwise. */
function tellApproved(
  work: UnitOfWork,
  unit: LockedOrder,
  { id, status, amount, currency }: Payment,
  facts: Record<string, unknown>,
): void {
  const type = status === 'CAPTURED' ? 'payment.captured' : 'payment.authorized';
  work.tell(unit, type, { paymentId: id, amount, currency, ...facts });
  work.closeCalls({ subjectId: id, kind: 'CANCEL', status: 'REFUSED', failureCode: 'approved' });
}

/** The gateway took another amount than was asked: a person decides while the order can wait, else it goes back. */
function reviewOrReturn(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  { amount, currency, type }: GatewayEvent,
): Decision {
  const reported = { reportedAmount: amount, reportedCurrency: currency, reportedCaptured: type === 'CAPTURED' };
  const unpaid = unit.order.status === 'PAYMENT_PENDING' || unit.order.status === 'PAYMENT_FAILED';
  const othersLive = unit.payments.some((other) => other.id !== payment.id && isLive(other));
  if (!unpaid || othersLive || payment.status === 'CANCELED') {
    const surplus = { ...payment, ...reported, surplus: true, updatedAt: work.now };
    work.setPayment(unit, surplus);
    work.closeCalls({ subjectId: payment.id, kind: 'CANCEL', status: 'REFUSED', failureCode: 'approved' });
    requestMoneyBack(work, unit, surplus, 'amount_mismatch');
    return applied('surplus');
  }
  work.setPayment(unit, { ...transitionPayment(payment, 'REVIEW', work.now), ...reported });
  const reservedUntil = new Date(
    Math.max(unit.order.reservedUntil.getTime(), work.now.getTime() + reviewReservationMs),
  );
  work.setOrder(unit, { ...unit.order, reservedUntil });
  work.tell(unit, 'payment.review_opened', {
    paymentId: payment.id,
    amount: payment.amount,
    currency: payment.currency,
    ...reported,
    reservedUntil,
  });
  work.raiseAttention(unit, 'amount_mismatch');
  return applied('payment_in_review');
}
