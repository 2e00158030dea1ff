/**
 * Divides an amount of minor units in proportion to weights, by largest remainder: each share is its exact part rounded
 * down or up, and among equal remainders the first is rounded up. A share never exceeds its weight if the amount doesn't
 * exceed the sum of the weights.
 * @param amount zero or above
 * @param weights integers of zero or above; their sum is above zero
 * @returns one share a weight; the shares add up to `amount`
 */
export function divideByLargestRemainder(amount: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  // The products exceed 2^53.
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight));
  const shares = exact.map((part) => Number(part / whole));
  const remainders = exact.map((part, index) => ({ index, remainder: part % whole }));
  const left = amount - shares.reduce((sum, share) => sum + share, 0);
  const largestFirst = remainders.toSorted((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  );
  for (const { index } of largestFirst.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
