import { newId } from '../../ids.ts';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { transitionPayment, refundableAmount, type Payment } from '../../payment/payment.ts';
import { isOpen, isOwed, madeAtGateway, transitionRefund, type Refund } from '../../refund/refund.ts';
import { applied, ignored, tryLater, type Decision } from '../payment/decision.ts';
import { standingVoidOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { requestMoneyBack } from './request-refunds.ts';

/** What a gateway says about money going back. Which of our refunds it means, it says itself; if none, it was made there. */
export function applyRefundEvent(work: UnitOfWork, unit: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { refundId, gatewayObjectId } = event;
  const refund = unit.refunds.find(
    (refund) =>
      refund.paymentId === payment.id &&
      (refund.id === refundId || (gatewayObjectId !== null && refund.gatewayRefundId === gatewayObjectId)),
  );
  if (!refund) return event.type === 'REFUNDED' ? record(work, unit, payment, event) : ignored('already_noted');
  // A VOID undoes it all, and all that there was to send back may be a part that had been captured.
  const isWhole = refund.kind === 'VOID' && event.amount > 0 && event.amount < refund.amount;
  const isSame = (event.amount === refund.amount || isWhole) && event.currency === refund.currency;
  if (event.type === 'REFUNDED' && !isSame) {
    work.raiseAttention(unit, 'amount_mismatch');
    return ignored('amount_mismatch');
  }
  if (event.type === 'REFUNDED') return succeed(work, unit, refund, event);
  if (event.type === 'REFUND_FAILED') return fail(work, unit, refund, event);
  return note(work, unit, refund, gatewayObjectId);
}

function succeed(work: UnitOfWork, unit: LockedOrder, refund: Refund, event: GatewayEvent): Decision {
  if (refund.status === 'SUCCEEDED') return ignored('already_refunded');
  if (refund.status === 'FAILED') {
    // Told by two messages out of order, or really both: only the gateway knows, so what it says when asked counts.
    if (event.source === 'WEBHOOK') return ask(work, unit, refund);
    const payment = paymentOf(unit, refund);
    // It was asked for again since: it can only have gone once.
    const again = refund.kind === 'VOID' ? standingVoidOf(unit, payment) : undefined;
    if (again?.status === 'SUCCEEDED') return ignored('already_refunded');
    if (refund.kind === 'VOID' && payment.capturedAmount > 0) {
      // It was captured since, so another refund sends it back: only one of the two can be right.
      work.raiseAttention(unit, 'amount_mismatch');
      return ignored('amount_mismatch');
    }
    if (again) {
      finishRefund(work, unit, again, null);
      return applied('refund_succeeded');
    }
    if (refund.kind === 'REFUND') {
      if (refundableAmount(payment) < refund.amount) return tryLater;
      work.setPayment(unit, { ...payment, refundReservedAmount: payment.refundReservedAmount + refund.amount });
    }
  }
  finishRefund(work, unit, refund, event.gatewayObjectId);
  // It was held for lost, and its money and units were free to be sent back again: a person has to see whether they were.
  const isLater = (other: Refund) => other.paymentId === refund.paymentId && other.createdAt > refund.createdAt;
  const wasSentAgain =
    refund.status === 'FAILED' && unit.refunds.some((other) => isLater(other) && other.reason === 'requested');
  if (wasSentAgain) work.raiseAttention(unit, 'amount_mismatch');
  return applied('refund_succeeded');
}

/** The money of a refund has gone back. */
export function finishRefund(
  work: UnitOfWork,
  unit: LockedOrder,
  refund: Refund,
  gatewayRefundId: string | null,
): void {
  const { id, paymentId, kind, amount, currency } = refund;
  const payment = paymentOf(unit, refund);
  work.setRefund(unit, {
    ...transitionRefund(refund, 'SUCCEEDED', work.now),
    failureCode: null,
    gatewayRefundId: gatewayRefundId ?? refund.gatewayRefundId,
  });
  work.tell(unit, 'refund.succeeded', { refundId: id, paymentId, kind, amount, currency });
  if (kind === 'REFUND') {
    const { refundedAmount, refundReservedAmount } = payment;
    work.setPayment(unit, {
      ...payment,
      refundedAmount: refundedAmount + amount,
      refundReservedAmount: refundReservedAmount - amount,
      updatedAt: work.now,
    });
  } else if (payment.status === 'AUTHORIZED') {
    work.setPayment(unit, transitionPayment(payment, 'CANCELED', work.now));
    work.tell(unit, 'payment.voided', { paymentId });
  }
  work.closeCalls({ subjectId: id, kind: 'REFUND', status: 'DONE', failureCode: null });
  if (!unit.refunds.some((other) => isMissing(unit, other))) work.clearAttention(unit, 'refund_failed');
  if (!unit.refunds.some((other) => isOpen(other) && isOwed(other))) work.clearAttention(unit, 'refund_due');
}

/** It failed, and its money hasn't gone in another way since. */
function isMissing(unit: LockedOrder, refund: Refund): boolean {
  const payment = paymentOf(unit, refund);
  if (refund.status !== 'FAILED') return false;
  return refund.kind === 'REFUND'
    ? refundableAmount(payment) > 0
    : payment.capturedAmount === 0 && !standingVoidOf(unit, payment);
}

function fail(work: UnitOfWork, unit: LockedOrder, refund: Refund, event: GatewayEvent): Decision {
  if (refund.status === 'FAILED') return ignored('already_noted');
  if (refund.status === 'SUCCEEDED' && event.source === 'WEBHOOK') return ask(work, unit, refund);
  loseRefund(work, unit, refund, event.failureCode ?? 'unspecified');
  work.raiseAttention(unit, 'refund_failed');
  return applied('refund_failed');
}

/** The money of a refund hasn't gone, or came back: its amount can be sent again, by another refund. */
export function loseRefund(work: UnitOfWork, unit: LockedOrder, refund: Refund, failureCode: string): void {
  const { id, paymentId, kind, amount, currency } = refund;
  work.setRefund(unit, { ...transitionRefund(refund, 'FAILED', work.now), failureCode });
  work.tell(unit, 'refund.failed', { refundId: id, paymentId, kind, amount, currency, failureCode });
  work.closeCalls({ subjectId: id, kind: 'REFUND', status: 'REFUSED', failureCode });
  if (kind !== 'REFUND') return;
  const payment = paymentOf(unit, refund);
  const from = refund.status === 'SUCCEEDED' ? 'refundedAmount' : 'refundReservedAmount';
  work.setPayment(unit, { ...payment, [from]: payment[from] - amount, updatedAt: work.now });
}

function note(work: UnitOfWork, unit: LockedOrder, refund: Refund, gatewayRefundId: string | null): Decision {
  if (refund.gatewayRefundId !== null || gatewayRefundId === null || !isOpen(refund)) return ignored('already_noted');
  work.setRefund(unit, { ...refund, gatewayRefundId, updatedAt: work.now });
  return applied('refund_pending');
}

/** A refund that was made in the gateway's own dashboard. It is counted by the gateway's id for it, so once. */
function record(work: UnitOfWork, unit: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { amount, currency, gatewayObjectId } = event;
  // What was undone in whole has gone back, in however many parts the gateway sent it.
  if (standingVoidOf(unit, payment)?.status === 'SUCCEEDED') return ignored('already_refunded');
  // Money that was never accepted, or let go of already, has no balance: sent back there in whole, it is what our void was for.
  const undoing = unit.refunds.findLast(({ paymentId, kind }) => paymentId === payment.id && kind === 'VOID');
  const hasNoBalance = payment.authorizedAmount === 0 || payment.status === 'CANCELED';
  if (undoing && hasNoBalance && undoing.amount === amount && undoing.currency === currency) {
    finishRefund(work, unit, undoing, gatewayObjectId);
    return applied('refund_succeeded');
  }
  const taken = {
    amount: Math.max(payment.amount, payment.reportedAmount ?? 0),
    currency: payment.reportedCurrency ?? payment.currency,
  };
  // Without an id of the gateway's it couldn't be told from the next one, nor from itself told again.
  if (gatewayObjectId === null || amount === 0 || currency !== taken.currency || amount > taken.amount) {
    work.raiseAttention(unit, 'amount_mismatch');
    return ignored('amount_mismatch');
  }
  makeRoom(work, unit, payment, amount);
  const current = unit.payments.find(({ id }) => id === payment.id)!;
  if (refundableAmount(current) < amount) {
    // Its approval or capture wasn't told yet, or our own refunds on the way will be refused: in a while we know.
    if (event.source === 'WEBHOOK') work.callGateway(payment, { kind: 'POLL' });
    return tryLater;
  }
  const refund: Refund = {
    id: newId(),
    paymentId: payment.id,
    orderId: payment.orderId,
    kind: 'REFUND',
    status: 'REQUESTED',
    amount,
    currency,
    reason: 'gateway',
    gatewayRefundId: gatewayObjectId,
    failureCode: null,
    createdAt: work.now,
    updatedAt: work.now,
  };
  work.addRefund(unit, refund);
  work.setPayment(unit, { ...current, refundReservedAmount: current.refundReservedAmount + amount });
  work.tell(unit, 'refund.requested', {
    refundId: refund.id,
    paymentId: payment.id,
    kind: 'REFUND',
    amount,
    currency,
    reason: 'gateway',
  });
  finishRefund(work, unit, refund, gatewayObjectId);
  requestRest(work, unit, payment);
  // Whoever packs the parcel must know that its money is gone.
  if (unit.order.status === 'PAID' && unit.order.fulfillmentStatus === 'UNFULFILLED')
    work.raiseAttention(unit, 'refunded_at_gateway');
  return applied('refund_recorded');
}

/** Refunds of ours that aren't sent yet give way to one that has happened; none does if that doesn't make room enough. */
function makeRoom(work: UnitOfWork, unit: LockedOrder, payment: Payment, amount: number): void {
  let missing = amount - refundableAmount(payment);
  const unsent = unit.refunds.filter(
    ({ paymentId, kind, status }) => paymentId === payment.id && kind === 'REFUND' && status === 'REQUESTED',
  );
  if (missing > unsent.reduce((sum, refund) => sum + refund.amount, 0)) return;
  for (const refund of unsent) {
    if (missing <= 0) return;
    loseRefund(work, unit, refund, madeAtGateway);
    missing -= refund.amount;
    // What has to go back by itself is asked for again, as far as it is still there. What somebody wanted, they decide again.
    if (!isOwed(refund)) work.raiseAttention(unit, 'refund_failed');
  }
}

/** What a refund that was made there left of money that has to go back in whole. */
function requestRest(work: UnitOfWork, unit: LockedOrder, { id }: Payment): void {
  const payment = unit.payments.find((one) => one.id === id)!;
  if (payment.surplus) requestMoneyBack(work, unit, payment, 'surplus');
  else if (unit.order.status === 'CANCELED') requestMoneyBack(work, unit, payment, 'order_canceled');
}

function ask(work: UnitOfWork, unit: LockedOrder, refund: Refund): Decision {
  work.callGateway(paymentOf(unit, refund), { kind: 'POLL' });
  return applied('polls_gateway');
}

const paymentOf = (unit: LockedOrder, { paymentId }: Refund): Payment =>
  unit.payments.find(({ id }) => id === paymentId)!;
