import { takeFrom, usedAmount } from '../../credit/credit.ts';
import { sumAmounts } from '../../money.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** What a paid order still uses of its credit, in minor units; 0 without a credit. It is locked with its credit. */
export const creditLeft = (order: LockedOrder): number => sumAmounts(order.creditParts.map(usedAmount));

/**
 * Decides that a part of a paid order's credit goes back to the payments that it came from. A job does that, because it
 * needs the locks of their orders.
 * @param amount in minor units, at most `creditLeft`
 */
export function returnCredit(order: LockedOrder, amount: number): void {
  const { credit } = order;
  if (!credit || amount === 0) return;
  for (const { part, amount: returned } of takeFrom(order.creditParts, amount, usedAmount))
    order.setCreditPart({ ...part, returnedAmount: part.returnedAmount + returned });
  order.setCredit({ ...credit, dueAt: order.now, updatedAt: order.now });
  order.record('order.credit_returned', { returnId: credit.returnId, amount, currency: credit.currency });
}

/** Like `returnCredit`, of an amount that may be more than the order still uses of its credit, or below zero. */
export function returnCreditUpTo(order: LockedOrder, amount: number): void {
  returnCredit(order, Math.max(Math.min(amount, creditLeft(order)), 0));
}
