import { newId } from '../../ids.ts';
import type { Payment } from '../../payment/payment.ts';
import {
  hasFailedTooOften,
  type Refund,
  type RefundFee,
  type RefundLine,
  type RefundReason,
} from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { contestOf, openDisputeOf, refundableAmount, type RefundDecision } from './refundable.ts';

/**
 * Requests the refund of all money that an order can't use, without an operator. After `refundFailuresMax` failures the
 * shop requests no further refund of the payment by itself, and raises `refund_failed` for an operator.
 */
export function requestMoneyBack(order: LockedOrder, payment: Payment, reason: RefundReason): void {
  if (hasFailedTooOften(order.refunds, payment.id)) order.raiseAttention('refund_failed');
  else requestWholeRefund(order, payment, { id: newId(), reason });
}

/**
 * Requests the refund of all money of a payment, and raises `refund_due` until it succeeds. For captured money a REFUND
 * reserves what can be refunded. A payment without a capture gets a VOID. A payment without money stays as it is. Money
 * that an open dispute holds waits, and raises `dispute`: a won dispute requests it by `requestOwedMoney`.
 */
export function requestWholeRefund(
  order: LockedOrder,
  payment: Payment,
  { id, reason, ...decision }: { id: string; reason: RefundReason } & RefundDecision,
): void {
  if (!decision.despiteDispute && openDisputeOf(order, payment)) order.raiseAttention('dispute');
  if (payment.capturedAmount > 0) {
    const amount = refundableAmount(order, payment, decision);
    if (amount === 0) return;
    requestRefund(order, payment, { id, amount, reason });
  } else if (!requestVoid(order, payment, { id, reason, ...decision })) return;
  order.raiseAttention('refund_due');
}

/** Requests the VOID of a payment without a capture. Returns whether it was requested. */
function requestVoid(
  order: LockedOrder,
  payment: Payment,
  { id, reason, despiteDispute = false }: { id: string; reason: RefundReason } & RefundDecision,
): boolean {
  const { authorizedAmount: amount, currency } = payment;
  // A VOID that is on its way, for units that were canceled before, releases all of it.
  if (amount === 0 || order.standingVoidOf(payment)) return false;
  // The order needs no capture any more.
  order.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'going_back' });
  if (!despiteDispute && contestOf(order, payment)) {
    // Banks contest captured money, so the message of the capture is late. It says how much can be refunded.
    order.callGateway(payment, { kind: 'POLL' });
    return false;
  }
  addRefund(order, payment, { id, kind: 'VOID', amount, currency, reason });
  return true;
}

/**
 * Requests the refund of what is left of a payment that the order can't use: it is surplus, or the order is canceled or
 * costs nothing any more.
 */
export function requestOwedMoney(order: LockedOrder, { id }: Payment): void {
  const payment = order.paymentOf({ paymentId: id });
  if (isOwed(order, payment)) requestMoneyBack(order, payment, payment.surplus ? 'surplus' : 'order_canceled');
}

/** Whether the order can't use what is left of a payment. A captured payment is refunded with its units. */
export const isOwed = (order: LockedOrder, { surplus, status, releasedAmount }: Payment): boolean =>
  surplus || order.status === 'CANCELED' || (status === 'AUTHORIZED' && releasedAmount > 0 && order.owedAmount() === 0);

/** What a payment authorized for units that its order has given up since, in minor units. */
export const releasedSince = (order: LockedOrder, { authorizedAmount }: Payment): number =>
  Math.max(Math.min(order.row.totalAmount, authorizedAmount) - order.owedAmount(), 0);

/**
 * Refunds what a capture took although the order no longer needed it: it was requested by a version that didn't know,
 * or made at the gateway.
 * @param before the payment before the capture
 */
export function refundReleased(order: LockedOrder, before: Payment): void {
  const payment = order.paymentOf({ paymentId: before.id });
  const needless = before.releasedAmount - payment.releasedAmount;
  const amount = Math.min(needless, refundableAmount(order, payment));
  // An open dispute holds the rest, and what becomes of it is for an operator to see.
  if (amount < needless && openDisputeOf(order, payment)) order.raiseAttention('amount_mismatch');
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
