import { newId } from '../../ids.ts';
import { refundableAmount, type Payment } from '../../payment/payment.ts';
import {
  hasFailedTooOften,
  type Refund,
  type RefundFee,
  type RefundLine,
  type RefundReason,
} from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/**
 * Requests the refund of all money that an order can't use, without an operator. After `refundFailuresMax` failures the
 * shop requests no further refund of the payment by itself, and raises `refund_failed` for an operator.
 */
export function requestMoneyBack(order: LockedOrder, payment: Payment, reason: RefundReason): void {
  if (hasFailedTooOften(order.refunds, payment.id)) order.raiseAttention('refund_failed');
  else requestWholeRefund(order, payment, reason, newId());
}

/**
 * Requests the refund of all money of a payment, and raises `refund_due` until it succeeds. For captured money a REFUND
 * reserves the balance. A payment without a capture gets a VOID. A payment without money stays as it is.
 */
export function requestWholeRefund(order: LockedOrder, payment: Payment, reason: RefundReason, id: string): void {
  if (payment.capturedAmount > 0) {
    const amount = refundableAmount(payment);
    if (amount === 0) return;
    requestRefund(order, payment, { id, amount, reason });
  } else {
    const { authorizedAmount: amount, currency } = payment;
    // A VOID that is on its way, for units that were canceled before, releases all of it.
    if (amount === 0 || order.standingVoidOf(payment)) return;
    addRefund(order, payment, { id, kind: 'VOID', amount, currency, reason });
    // The VOID makes a capture needless.
    order.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'going_back' });
  }
  order.raiseAttention('refund_due');
}

/** Requests the refund of what is left of a payment that the order can't use: it is surplus, or the order is canceled. */
export function requestOwedMoney(order: LockedOrder, { id }: Payment): void {
  const payment = order.paymentOf({ paymentId: id });
  if (payment.surplus) requestMoneyBack(order, payment, 'surplus');
  else if (order.status === 'CANCELED') requestMoneyBack(order, payment, 'order_canceled');
}

/** What a payment authorized for units that its order has given up since, in minor units. */
export const releasedSince = (order: LockedOrder, { authorizedAmount }: Payment): number =>
  Math.max(Math.min(order.row.totalAmount, authorizedAmount) - order.owedAmount(), 0);

/**
 * Refunds what a capture took although the order no longer needed it: it was requested by a version that didn't know, or
 * made at the gateway.
 * @param before the payment before the capture
 */
export function refundReleased(order: LockedOrder, before: Payment): void {
  const payment = order.paymentOf({ paymentId: before.id });
  const amount = Math.min(before.releasedAmount - payment.releasedAmount, refundableAmount(payment));
  if (amount <= 0) return;
  requestRefund(order, payment, { id: newId(), amount, reason: 'order_canceled' });
  order.raiseAttention('refund_due');
}

/** With `returnId`, the refund is for a return. */
type RequestedRefund = {
  id: string;
  amount: number;
  reason: RefundReason;
  returnId?: string | null;
  fees?: readonly RefundFee[];
};

type NewRefund = Pick<Refund, 'id' | 'kind' | 'amount' | 'currency' | 'reason'> &
  Pick<RequestedRefund, 'returnId' | 'fees'>;

/**
 * Requests a refund of captured money and reserves its amount. The caller has checked that the balance allows it.
 * @returns the refund in REQUESTED
 */
export function requestRefund(
  order: LockedOrder,
  payment: Payment,
  requested: RequestedRefund,
  lines: readonly RefundLine[] = [],
): Refund {
  order.setPayment({
    ...payment,
    refundReservedAmount: payment.refundReservedAmount + requested.amount,
    updatedAt: order.now,
  });
  return addRefund(order, payment, { ...requested, kind: 'REFUND', currency: payment.currency }, lines);
}

function addRefund(
  order: LockedOrder,
  payment: Payment,
  requested: NewRefund,
  lines: readonly RefundLine[] = [],
): Refund {
  const refund = newRefund(payment, requested, order.now);
  order.addRefund(refund, lines);
  order.callGateway(payment, { kind: 'REFUND', refundId: refund.id });
  recordRefundRequest(order, refund, lines);
  return refund;
}

/** A refund of a payment in REQUESTED. */
export function newRefund(
  { id: paymentId, orderId }: Payment,
  { returnId = null, fees = [], ...requested }: NewRefund,
  now: Date,
): Refund {
  return {
    ...requested,
    returnId,
    fees: fees.length > 0 ? [...fees] : null,
    paymentId,
    orderId,
    status: 'REQUESTED',
    gatewayRefundId: null,
    failureCode: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Records the event of a new refund. `lines` are left out of the event when there are none. */
export function recordRefundRequest(order: LockedOrder, refund: Refund, lines: readonly RefundLine[] = []): void {
  const { id: refundId, paymentId, kind, amount, currency, reason, returnId } = refund;
  const facts = { refundId, paymentId, kind, amount, currency, reason, ...(returnId !== null && { returnId }) };
  const units = lines.map(({ lineNo, quantity, restock }) => ({ lineNo, quantity, restock }));
  order.record('refund.requested', units.length > 0 ? { ...facts, lines: units } : facts);
}
