import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { newId } from '../../ids.ts';
import { balanceAmount, isApproved, type Payment } from '../../payment/payment.ts';
import { madeAtGateway } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applied, ignored, tryLater, type Decision } from '../payment/decision.ts';
import { finishRefund, unsentRefunds, withdrawRefunds } from './finish-refund.ts';
import { newRefund, recordRefundRequest, requestOwedMoney } from './request-refunds.ts';

/**
 * Records a refund that was made in the gateway's own dashboard. The gateway's id of it keeps it from being counted
 * twice.
 * @returns the decision; the order and its parts are changed, not written
 */
export function recordGatewayRefund(order: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { amount, currency, gatewayObjectId } = event;
  // The VOID has undone the whole payment, in however many parts the gateway sends the money.
  if (order.standingVoidOf(payment)?.status === 'SUCCEEDED') return ignored('already_refunded');
  if (finishesVoid(order, payment, event)) return applied('refund_succeeded');
  // Without the gateway's id a repeated event and a second refund can't be told apart.
  const isReadable = gatewayObjectId !== null && amount > 0;
  // Which money came is known only after its approval. Then a refund of other money contradicts it.
  const fits = !hasBalance(payment) || (currency === payment.currency && amount <= payment.amount);
  if (!isReadable || !fits) {
    order.raiseAttention('amount_mismatch');
    return ignored('amount_mismatch');
  }
  makeRoom(order, payment, amount);
  const current = order.paymentOf({ paymentId: payment.id });
  if (balanceAmount(current) < amount) {
    // The event of the approval or capture may still come, or the gateway may refuse our own open refunds.
    if (event.source === 'WEBHOOK') order.callGateway(payment, { kind: 'POLL' });
    return tryLater;
  }
  const requested = { id: newId(), kind: 'REFUND', amount, currency, reason: 'gateway' } as const;
  const refund = { ...newRefund(payment, requested, order.now), gatewayRefundId: gatewayObjectId };
  order.addRefund(refund);
  order.setPayment({ ...current, refundReservedAmount: current.refundReservedAmount + amount });
  recordRefundRequest(order, refund);
  finishRefund(order, refund, gatewayObjectId);
  requestOwedMoney(order, payment);
  // The order could still be shipped although its money is gone.
  if (!payment.surplus && order.status === 'PAID' && order.row.fulfillmentStatus === 'UNFULFILLED')
    order.raiseAttention('refunded_at_gateway');
  return applied('refund_recorded');
}

/**
 * Finishes the VOID of a CANCELED payment, which has no balance, when the gateway refunded exactly the VOID's amount.
 */
function finishesVoid(order: LockedOrder, payment: Payment, event: GatewayEvent): boolean {
  const undoing = order.refunds.findLast(({ paymentId, kind }) => paymentId === payment.id && kind === 'VOID');
  if (
    !undoing ||
    payment.status !== 'CANCELED' ||
    undoing.amount !== event.amount ||
    undoing.currency !== event.currency
  )
    return false;
  finishRefund(order, undoing, event.gatewayObjectId);
  return true;
}

/** Whether the payment was approved, so that its amount is what the gateway took. */
const hasBalance = (payment: Payment): boolean => isApproved(payment) || payment.authorizedAmount > 0;

/** Withdraws our own refunds that weren't sent yet, if together they free enough balance for one that has happened. */
function makeRoom(order: LockedOrder, payment: Payment, amount: number): void {
  const missing = amount - balanceAmount(payment);
  const unsentAmount = unsentRefunds(order, payment).reduce((sum, refund) => sum + refund.amount, 0);
  if (missing <= unsentAmount) withdrawRefunds(order, payment, missing, madeAtGateway);
}
