import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { approvePayment, transitionPayment, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { canBePaid, completeOrder } from './complete-order.ts';
import { keepReviewedAsSurplus } from './keep-as-surplus.ts';
import { locatePayment } from './locate-payment.ts';

/** ACCEPT: the reported amount pays for the order. REJECT: it is refunded, and the order can be paid again. */
export type DecideReviewCommand = { paymentId: string; decision: 'ACCEPT' | 'REJECT' };

/**
 * Decides payments under review, for an operator. The gateway took another amount for them than was requested. An order
 * whose payment is rejected can be paid again; its reservation ends in `reservationMs`.
 * @returns the payment · refusals: payment_not_found, invalid_transition (the payment isn't under REVIEW, or the order
 * can't be paid), currency_mismatch (the reported amount is in another currency), insufficient_stock
 */
export const decideReviews =
  ({ reservationMs }: { reservationMs: number }) =>
  async (tx: Transaction, commands: readonly DecideReviewCommand[]): Promise<Outcome<Payment>[]> => {
    const paymentIds = commands.map(({ paymentId }) => paymentId);
    const work = await UnitOfWork.lock(tx, { paymentIds, money: true, stocks: 'all' });
    const outcomes = commands.map((command) => decide(work, command, reservationMs));
    work.write();
    return outcomes;
  };

function decide(work: UnitOfWork, command: DecideReviewCommand, reservationMs: number): Outcome<Payment> {
  const located = locatePayment(work, command);
  if (!located.ok) return located;
  const { order, payment } = located.value;
  const isAccepted = command.decision === 'ACCEPT';
  if (payment.status !== 'REVIEW')
    return refused(invalidTransition('payment', payment.status, isAccepted ? 'AUTHORIZED' : 'CANCELED'));
  const decided = isAccepted ? accept(order, payment) : accepted(reject(order, payment, reservationMs));
  if (decided.ok) order.clearAttention('amount_mismatch');
  return decided;
}

function accept(order: LockedOrder, payment: Payment): Outcome<Payment> {
  const { currency, reportedCurrency, reportedAmount, reportedCaptured } = payment;
  if (reportedAmount === null || reportedCurrency === null)
    throw new Error(`payment ${payment.id} is under review without a reported amount`);
  if (reportedCurrency !== currency) {
    return refused(
      new CommerceError(
        'currency_mismatch',
        'money of another currency cannot pay for this order: reject the payment',
        {
          currencies: [currency, reportedCurrency],
        },
      ),
    );
  }
  if (!canBePaid(order)) {
    const products = order.shortages();
    return refused(
      products.length > 0
        ? new CommerceError(
            'insufficient_stock',
            'there is not enough stock any more: receive some, or reject the payment',
            { products },
          )
        : invalidTransition('order', order.status, 'PAID'),
    );
  }
  // From here on the payment's amount is what really came. The requested amount stays on the order.
  const reported = { ...payment, amount: reportedAmount };
  const approved = approvePayment(reported, { captured: reportedCaptured, surplus: false }, order.now);
  completeOrder(order, approved, { accepted: true });
  return accepted(approved);
}

function reject(order: LockedOrder, payment: Payment, reservationMs: number): Payment {
  const rejected = transitionPayment(payment, 'CANCELED', order.now);
  order.setPayment(rejected);
  order.releaseStock();
  const isPending = order.status === 'PAYMENT_PENDING';
  if (isPending) order.transition('PAYMENT_FAILED');
  // The reservation had been extended by days for the operator.
  order.setReservedUntil(new Date(order.now.getTime() + reservationMs));
  order.record(isPending ? 'payment.review_rejected' : 'payment.canceled', { paymentId: payment.id });
  keepReviewedAsSurplus(order, rejected);
  return order.paymentOf({ paymentId: payment.id });
}
