import { CommerceError } from './errors.ts';

/** The highest unit price, 10^12 minor units: quantity × price stays below 2^53 for quantities up to 9,007. */
export const unitAmountMax = 1_000_000_000_000;

/**
 * Quantity × unit price in minor units.
 * @throws amount_too_large when it exceeds 2^53 - 1, JavaScript's largest exact integer
 */
export function multiplyAmount(unitAmount: number, quantity: number): number {
  return exact(unitAmount * quantity);
}

/** The sum in minor units. @throws amount_too_large when a partial sum exceeds ±(2^53 - 1) */
export function sumAmounts(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total = exact(total + amount);
  return total;
}

function exact(amount: number): number {
  if (Number.isSafeInteger(amount)) return amount;
  throw new CommerceError('amount_too_large', 'the amount is too large to be exact');
}
