import { shortages } from '../inventory/stock.ts';
import { moveOrder } from '../order/order.ts';
import type { EventEffect, EventOutcome, GatewayEvent } from '../payment/gateway-event.ts';
import { authorizePayment, isLive, isSettled, isSettling, movePayment, type Payment } from '../payment/payment.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { demandOf, type OrderUnit, type OrderWork } from './order-work.ts';
import { prepareShipment } from './prepare-shipment.ts';
import { requestMoneyBack } from './request-money-back.ts';

export type Decision = { outcome: EventOutcome; effect: EventEffect };

const applied = (effect: EventEffect): Decision => ({ outcome: 'APPLIED', effect });
const ignored = (effect: EventEffect): Decision => ({ outcome: 'IGNORED_STALE', effect });

// An order under review waits for a person, so its stock is kept for as long as a person may need.
const reviewHoldMs = 7 * 24 * 60 * 60 * 1000;

/** What a gateway's word about one payment does to its order. The order, its payments and its stock are locked. */
export function settlePayment(work: OrderWork, unit: OrderUnit, payment: Payment, event: GatewayEvent): Decision {
  switch (event.type) {
    case 'AUTHORIZED':
      return approve(work, unit, payment, event);
    case 'FAILED':
      return fail(work, unit, payment, event.failureCode ?? 'unspecified');
  }
}

function approve(work: OrderWork, unit: OrderUnit, payment: Payment, event: GatewayEvent): Decision {
  const exact = event.amount === payment.amount && event.currency === payment.currency;
  if (isSettled(payment) || payment.status === 'REVIEW' || payment.surplus) return repeated(work, unit, payment, event);
  if (!exact) return reviewOrReturn(work, unit, payment, event);
  return canTake(work, unit) ? pay(work, unit, payment) : keepAsSurplus(work, unit, payment);
}

/**
 * A further approval of an attempt whose money has come already. The same money told again is nothing; other money told
 * of the same attempt is for a person to look into, because only one of the two can be right.
 */
function repeated(work: OrderWork, unit: OrderUnit, payment: Payment, { amount, currency }: GatewayEvent): Decision {
  const came = {
    amount: payment.reportedAmount ?? payment.amount,
    currency: payment.reportedCurrency ?? payment.currency,
  };
  if (amount === came.amount && currency === came.currency) {
    return ignored(payment.status === 'REVIEW' ? 'under_review' : 'already_settled');
  }
  work.raiseAttention(unit, 'amount_mismatch');
  return ignored('amount_mismatch');
}

/** Whether the order can still become PAID: nothing has paid it, it isn't canceled, and its stock is there. */
function canTake(work: OrderWork, { order, payments, ...rest }: OrderUnit): boolean {
  if (order.status === 'CANCELED' || payments.some(isSettling)) return false;
  return order.reservationStatus === 'HELD' || shortages(work.stocks, demandOf({ order, payments, ...rest })).length === 0;
}

function pay(work: OrderWork, unit: OrderUnit, payment: Payment): Decision {
  const paid = authorizePayment(payment, false, work.now);
  work.setPayment(unit, paid);
  work.tell(unit, 'payment.authorized', { paymentId: paid.id, amount: paid.amount, currency: paid.currency });
  cancelLiveAttempts(work, unit);
  work.moveStock(unit.order.reservationStatus === 'HELD' ? 'commit' : 'sell', demandOf(unit), unit.order.id);
  work.setOrder(unit, moveOrder(unit.order, 'PAID', work.now));
  work.tell(unit, 'order.paid', { paymentId: paid.id, totalAmount: unit.order.totalAmount, currency: unit.order.currency });
  prepareShipment(work, unit);
  return applied('order_paid');
}

function keepAsSurplus(work: OrderWork, unit: OrderUnit, payment: Payment): Decision {
  const surplus = authorizePayment(payment, true, work.now);
  work.setPayment(unit, surplus);
  work.tell(unit, 'payment.authorized', { paymentId: surplus.id, amount: surplus.amount, currency: surplus.currency, surplus: true });
  requestMoneyBack(work, unit, surplus, 'surplus');
  return applied('surplus');
}

/** The gateway took another amount than was asked: a person decides while the order can wait, else it goes back. */
function reviewOrReturn(work: OrderWork, unit: OrderUnit, payment: Payment, { amount, currency }: GatewayEvent): Decision {
  const reported = { reportedAmount: amount, reportedCurrency: currency };
  const unpaid = unit.order.status === 'PAYMENT_PENDING' || unit.order.status === 'PAYMENT_FAILED';
  const othersLive = unit.payments.some((other) => other.id !== payment.id && isLive(other));
  if (!unpaid || othersLive || payment.status === 'CANCELED') {
    const surplus = { ...payment, ...reported, surplus: true, updatedAt: work.now };
    work.setPayment(unit, surplus);
    requestMoneyBack(work, unit, surplus, 'amount_mismatch');
    return applied('surplus');
  }
  work.setPayment(unit, { ...movePayment(payment, 'REVIEW', work.now), ...reported });
  const holdUntil = new Date(Math.max(unit.order.holdUntil.getTime(), work.now.getTime() + reviewHoldMs));
  work.setOrder(unit, { ...unit.order, holdUntil });
  work.tell(unit, 'payment.review_opened', { paymentId: payment.id, amount: payment.amount, currency: payment.currency, ...reported, holdUntil });
  work.raiseAttention(unit, 'amount_mismatch');
  return applied('payment_in_review');
}

function fail(work: OrderWork, unit: OrderUnit, payment: Payment, failureCode: string): Decision {
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
      return ignored('settled_before');
  }
  work.setPayment(unit, { ...movePayment(payment, 'FAILED', work.now), failureCode });
  work.moveStock('release', demandOf(unit), unit.order.id);
  work.setOrder(unit, moveOrder(unit.order, 'PAYMENT_FAILED', work.now));
  work.tell(unit, 'payment.failed', { paymentId: payment.id, failureCode });
  return applied('payment_failed');
}
