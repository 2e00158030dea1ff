import { hasCredit } from '../../order/order.ts';
import { paysForOrder, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { refundReleased, releasedSince } from '../refund/request-refunds.ts';
import { captureAtDispatch } from './capture-at-dispatch.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { recordApproval, type ApprovalFacts } from './record-approval.ts';

/**
 * Whether an order can still become PAID: it isn't canceled or redacted, no payment pays for it, and its stock is
 * there. An order that has lost its authorization is PAID already, and its stock is sold. One that costs nothing any
 * more needs no money.
 */
export function canBePaid(order: LockedOrder): boolean {
  if (order.status === 'CANCELED' || order.payments.some(paysForOrder)) return false;
  // Its credit was released when it expired, and may pay for something else by now.
  if (order.status === 'EXPIRED' && hasCredit(order)) return false;
  // An expired order may have been redacted since, and its goods can't be sent.
  if (order.status !== 'PAID' && order.row.redactedAt !== null) return false;
  if (order.status === 'PAID' && !order.hasLostItsMoney()) return false;
  return order.row.reservationStatus !== 'RELEASED' || order.shortages().length === 0;
}

/**
 * Makes an order PAID by an approved payment: its stock is sold, and a READY shipment holds all of its products. For an
 * order that is PAID but has lost its authorization, both were done before.
 */
export function completeOrder(order: LockedOrder, payment: Payment, facts: ApprovalFacts = {}): void {
  recordApproval(order, payment, facts);
  cancelLiveAttempts(order);
  if (order.status === 'PAID') {
    keepWhatIsOwed(order, payment);
    // The goods may have left before this attempt paid for them.
    if (order.row.fulfillmentStatus !== 'UNFULFILLED') captureAtDispatch(order);
    return order.clearAttention('authorization_lost');
  }
  order.sellStock();
  order.transition('PAID');
  const { totalAmount, currency } = order.row;
  order.record('order.paid', { paymentId: payment.id, totalAmount, currency });
  order.endCreditReservation('SPENT');
  const products = order.lines.filter(({ kind }) => kind === 'PRODUCT');
  order.packShipment(products.map(({ lineNo, quantity }) => ({ lineNo, quantity })));
}

/** Gives back what a late approval took for units that were canceled after the attempt had been created. */
function keepWhatIsOwed(order: LockedOrder, payment: Payment): void {
  const released = { ...payment, releasedAmount: releasedSince(order, payment) };
  if (released.releasedAmount === 0) return;
  if (payment.status === 'AUTHORIZED') order.setPayment(released);
  else refundReleased(order, released);
}
