import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { shortages } from '../../inventory/stock.ts';
import { transitionOrder } from '../../order/order.ts';
import { approvePayment, transitionPayment, type Payment } from '../../payment/payment.ts';
import { readOrderIdsOfPayments } from '../../payment/payment-repository.ts';
import { demandOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';
import { canTake, completeOrder } from './apply-approval.ts';

/** ACCEPT: what came pays for the order, though it is another amount. REJECT: it goes back, and the order can be paid again. */
export type DecideReviewCommand = { paymentId: string; decision: 'ACCEPT' | 'REJECT' };

/**
 * An operator decides on payments of which the gateway took another amount than was asked. An order whose payment is
 * rejected can be paid again for `reservationMs`.
 * @returns the payment · refusals: payment_not_found, invalid_transition (not under REVIEW), currency_mismatch (money of
 * another currency can't pay), insufficient_stock
 */
export async function decideReviews(
  tx: Transaction,
  commands: readonly DecideReviewCommand[],
  reservationMs: number,
): Promise<Outcome<Payment>[]> {
  await tx.began;
  const orderIds = await readOrderIdsOfPayments(
    tx,
    commands.map(({ paymentId }) => paymentId),
  );
  const work = await UnitOfWork.lock(tx, orderIds.values(), { money: true, stocks: true });
  const outcomes = commands.map(({ paymentId, decision }): Outcome<Payment> => {
    const unit = work.units.get(orderIds.get(paymentId) ?? '');
    const payment = unit?.payments.find(({ id }) => id === paymentId);
    if (!unit || !payment) return refused(new CommerceError('payment_not_found', 'no such payment'));
    if (payment.status !== 'REVIEW')
      return refused(invalidTransition('payment', payment.status, decision === 'ACCEPT' ? 'AUTHORIZED' : 'CANCELED'));
    const refusal = decision === 'ACCEPT' ? accept(work, unit, payment) : reject(work, unit, payment, reservationMs);
    if (refusal) return refused(refusal);
    work.clearAttention(unit, 'amount_mismatch');
    return accepted(unit.payments.find(({ id }) => id === paymentId)!);
  });
  work.write();
  return outcomes;
}

function accept(work: UnitOfWork, unit: LockedOrder, payment: Payment): CommerceError | undefined {
  const { currency, reportedCurrency, reportedAmount, reportedCaptured } = payment;
  if (reportedCurrency !== currency) {
    return new CommerceError('currency_mismatch', 'money of another currency cannot pay for this order', {
      currencies: [currency, reportedCurrency!],
    });
  }
  if (!canTake(work, unit)) {
    const products = shortages(work.stocks, demandOf(unit));
    if (products.length > 0)
      return new CommerceError('insufficient_stock', 'there is not enough stock any more', { products });
    return invalidTransition('order', unit.order.status, 'PAID');
  }
  // From here on the attempt is about what really came; what was asked for stays on the order.
  const taken = { ...payment, amount: reportedAmount! };
  completeOrder(work, unit, approvePayment(taken, { captured: reportedCaptured, surplus: false }, work.now), {
    accepted: true,
  });
  return undefined;
}

function reject(work: UnitOfWork, unit: LockedOrder, payment: Payment, reservationMs: number): undefined {
  const rejected = { ...transitionPayment(payment, 'CANCELED', work.now), surplus: true };
  work.setPayment(unit, rejected);
  if (unit.order.reservationStatus === 'HELD') work.moveStock('release', demandOf(unit), unit.order.id);
  const waited = unit.order.status === 'PAYMENT_PENDING';
  if (waited) work.setOrder(unit, transitionOrder(unit.order, 'PAYMENT_FAILED', work.now));
  // No longer for as long as a person might have needed.
  work.setOrder(unit, {
    ...unit.order,
    reservedUntil: new Date(work.now.getTime() + reservationMs),
    updatedAt: work.now,
  });
  work.tell(unit, waited ? 'payment.review_rejected' : 'payment.canceled', { paymentId: payment.id });
  requestMoneyBack(work, unit, rejected, 'amount_mismatch');
}
