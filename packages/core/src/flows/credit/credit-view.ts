import type { Credit, CreditPart } from '../../credit/credit.ts';
import { sumAmounts } from '../../money.ts';

/**
 * A credit as callers see it, with the id of its order. Of `amount`, `returnedAmount` has gone back or is on its way,
 * and `passedOnAmount` pays for a further order.
 */
export type CreditView = { id: string } & Omit<Credit, 'dueAt'> & { returnedAmount: number; passedOnAmount: number };

/** A credit with what became of its parts. */
export function creditView({ dueAt: _, ...credit }: Credit, parts: readonly CreditPart[]): CreditView {
  return {
    id: credit.orderId,
    ...credit,
    returnedAmount: sumAmounts(parts.map(({ returnedAmount }) => returnedAmount)),
    passedOnAmount: sumAmounts(parts.map(({ passedOnAmount }) => passedOnAmount)),
  };
}
