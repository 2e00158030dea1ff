import { CommerceError, refused, type Outcome } from '../../errors.ts';
import { hasCredit } from '../../order/order.ts';
import { isUnderReview, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { disputeOpen, contestOf, openDisputeOf, refundableAmount, type RefundDecision } from './refundable.ts';

type RequestedRefund = { amount?: number | undefined; lines?: readonly unknown[] | undefined } & RefundDecision;

/**
 * Refuses a refund of an order's payment that the balance doesn't allow, or an open dispute about it. The message says
 * why, and what to do.
 */
export function exceedsBalance(
  order: LockedOrder,
  payment: Payment | undefined,
  requested: RequestedRefund,
): Outcome<never> {
  const { amount = 1, despiteDispute = false } = requested;
  const dispute = payment && openDisputeOf(order, payment);
  if (dispute && !despiteDispute && isHeld(order, payment, amount)) return refused(disputeOpen(dispute));
  const uncaptured = payment && isUncaptured(order, payment) ? payment : undefined;
  const message = uncaptured ? uncapturedMessage(order) : messageOf(order, payment, requested);
  return refused(
    new CommerceError('refund_exceeds_balance', message, {
      refundableAmount: payment ? refundableAmount(order, payment, { despiteDispute }) : 0,
      currency: payment?.currency ?? order.row.currency,
      uncapturedPaymentId: uncaptured?.id ?? null,
    }),
  );
}

/** Whether only an open dispute keeps an amount from being refunded. */
const isHeld = (order: LockedOrder, payment: Payment, amount: number): boolean =>
  amount > refundableAmount(order, payment) && amount <= refundableAmount(order, payment, { despiteDispute: true });

/** Whether a payment pays for its order and can be captured. */
const isUncaptured = (order: LockedOrder, { status, authorizedAmount, surplus }: Payment): boolean =>
  status === 'AUTHORIZED' && authorizedAmount > 0 && !surplus && order.status !== 'CANCELED';

function uncapturedMessage({ row }: LockedOrder): string {
  const message = 'there is nothing to refund, because the payment is authorized only: capture it first';
  return row.fulfillmentStatus === 'UNFULFILLED' ? `${message}, or cancel the order` : message;
}

const paidByReturn =
  'a return has paid the rest: cancel units that have not left (order.cancelLines), or have the others returned';

function messageOf(order: LockedOrder, payment: Payment | undefined, { amount, lines }: RequestedRefund): string {
  if (payment ? isUnderReview(payment) : order.payments.some(isUnderReview))
    return 'there is nothing to refund yet: decide on the payment in REVIEW first';
  if (payment?.capturedAmount === 0 && payment.authorizedAmount === 0 && hasCredit(order)) return paidByReturn;
  if (!payment || payment.authorizedAmount === 0) return 'there is nothing to refund, because nothing was paid';
  if (order.standingVoidOf(payment)) return 'there is nothing to refund: the payment is voided as a whole';
  if (payment.capturedAmount === 0)
    return payment.status === 'AUTHORIZED'
      ? 'uncaptured money goes back as a whole: leave out amount and lines'
      : 'there is nothing to refund, because nothing was captured';
  const isEmpty = refundableAmount(order, payment, { despiteDispute: true }) === 0;
  if (isEmpty && payment.creditedAmount > 0)
    return 'there is nothing to refund: what has not gone back pays for an order in exchange';
  if (isEmpty && !hasCredit(order))
    return contestOf(order, payment)
      ? 'there is nothing to refund: the money has gone back, or the bank of the shopper has taken it'
      : 'there is nothing to refund: all of the money has gone back or is on its way';
  if (payment.surplus && lines) return 'surplus money pays for no lines: refund it by amount, or all of it';
  if (amount === 0) return 'there is nothing to refund, because these units cost nothing';
  if (hasCredit(order)) return paidByReturn;
  return 'the amount is more than can be refunded';
}
