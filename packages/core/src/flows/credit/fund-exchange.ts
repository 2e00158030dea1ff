import { takeFrom, usedAmount, type CreditPart } from '../../credit/credit.ts';
import type { Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { refundableAmount } from '../refund/refundable.ts';
import { moneyOf } from '../returns/refund-returns.ts';
import { creditLeft } from './return-credit.ts';

/** Where the worth of a return comes from and goes, in minor units. */
export type Funding = {
  /** The part that pays for the new order: what is passed on of the order's own credit, and money of its payment. */
  passedOn: readonly { part: CreditPart; amount: number }[];
  credited: number;
  /** What the new order doesn't cost goes back, from the payment first. */
  refunded: number;
  creditReturned: number;
};

/**
 * Divides what a return is worth: `amount` pays for another order, and the rest goes back. An order that was itself
 * paid by a credit passes that on first, so that its own money can go back.
 * @param worth in minor units, at least `amount`
 * @throws refund_exceeds_balance when the order's money and credit are less, or the payment isn't captured
 */
export function fundExchange(
  order: LockedOrder,
  payment: Payment | undefined,
  { worth, amount }: { worth: number; amount: number },
): Funding {
  moneyOf(order, payment, worth);
  const passedOn = Math.min(amount, creditLeft(order));
  const credited = amount - passedOn;
  const rest = worth - amount;
  const refunded = Math.min(rest, (payment ? refundableAmount(order, payment) : 0) - credited);
  return {
    passedOn: takeFrom(order.creditParts, passedOn, usedAmount),
    credited,
    refunded,
    creditReturned: rest - refunded,
  };
}
