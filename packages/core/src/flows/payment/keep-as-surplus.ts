import { approvePayment, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';
import { recordApproval } from './record-approval.ts';

/** What a gateway took for a payment. `captured` is false while the amount is only authorized. */
type TakenMoney = { amount: number; currency: string; captured: boolean };

/**
 * Keeps money that the order can't use as surplus, and requests its refund. The payment is about what really came: its
 * amount and currency become the taken ones, so that it has a balance, and can be refunded in parts.
 */
export function keepAsSurplus(order: LockedOrder, payment: Payment, taken: TakenMoney): void {
  const { amount, currency, captured } = taken;
  const isExact = amount === payment.amount && currency === payment.currency;
  const reported = { reportedAmount: amount, reportedCurrency: currency, reportedCaptured: captured };
  const about = isExact ? payment : { ...payment, amount, currency, ...reported };
  const surplus = approvePayment(about, { captured, surplus: true }, order.now);
  recordApproval(order, surplus, { surplus: true });
  requestMoneyBack(order, surplus, isExact ? 'surplus' : 'amount_mismatch');
}

/** Keeps the money of a payment that was under review, and is CANCELED now, as surplus. */
export function keepReviewedAsSurplus(order: LockedOrder, canceled: Payment): void {
  const { reportedAmount: amount, reportedCurrency: currency, reportedCaptured: captured } = canceled;
  if (amount === null || currency === null)
    throw new Error(`payment ${canceled.id} was under review without a reported amount`);
  keepAsSurplus(order, canceled, { amount, currency, captured });
}
