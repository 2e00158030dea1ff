import { CommerceError } from './errors.ts';

/** Highest unit price: 10^12 minor units. Keeps quantity × price below 2^53 for every quantity up to 9,007. */
export const unitAmountMax = 1_000_000_000_000;

/** Quantity × unit price in minor units. @throws amount_too_large beyond 2^53 - 1, where JavaScript's integers end */
export function multiplyAmount(unitAmount: number, quantity: number): number {
  return exact(unitAmount * quantity);
}

/** Sum in minor units. @throws amount_too_large beyond ±(2^53 - 1) */
export function sumAmounts(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total = exact(total + amount);
  return total;
}

function exact(amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw new CommerceError('amount_too_large', 'the amount is beyond what can be counted exactly');
}
