import type { OrderLine } from './order.ts';

/** The kinds of lines that a shopper pays for. Discounts and taxes are parts of what these lines cost. */
const isCharged = ({ kind }: OrderLine): boolean => kind === 'PRODUCT' || kind === 'SHIPPING';

/**
 * What each PRODUCT and SHIPPING line costs in the end, by its number, in minor units: its amount with its share of the
 * order's discounts and taxes. Shares are in proportion to the lines' amounts, and what rounding leaves goes to the
 * largest remainders, so the lines together cost exactly the order's total.
 */
export function paidAmounts(lines: readonly OrderLine[]): ReadonlyMap<number, number> {
  const charged = lines.filter(isCharged);
  const total = lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  // Lines that cost nothing share a tax by their units.
  const isFree = charged.every(({ amount }) => amount === 0);
  const weights = charged.map(({ amount, quantity }) => BigInt(isFree ? quantity : amount));
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  const shares = charged.map(({ lineNo }, index) => {
    const exact = total * (weights[index] ?? 0n);
    return { lineNo, share: exact / whole, remainder: exact % whole };
  });
  let left = total - shares.reduce((sum, { share }) => sum + share, 0n);
  const largestFirst = shares.toSorted((a, b) =>
    a.remainder === b.remainder ? a.lineNo - b.lineNo : a.remainder > b.remainder ? -1 : 1,
  );
  return new Map(
    largestFirst.map(({ lineNo, share }) => {
      const paid = left > 0n ? share + 1n : share;
      if (left > 0n) left -= 1n;
      return [lineNo, Number(paid)];
    }),
  );
}

/**
 * What the first `count` of a line's units cost: ⌊`paid` × `count` / `quantity`⌋. So all units together cost `paid`,
 * whatever the steps.
 */
export const firstUnitsAmount = (paid: number, quantity: number, count: number): number =>
  Number((BigInt(paid) * BigInt(count)) / BigInt(quantity));
