/**
 * Divides an amount of minor units in proportion to weights, by largest remainder: each share is its exact part rounded
 * down or up, and among equal remainders the first is rounded up. A share never exceeds its weight if the amount
 * doesn't exceed the sum of the weights.
 * @param amount zero or above
 * @param weights integers of zero or above; their sum is above zero
 * @returns one share a weight; the shares add up to `amount`
 */
export function divideByLargestRemainder(amount: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  // The products of small amounts are exact numbers, which are several times faster than big integers.
  const parts =
    amount * whole <= Number.MAX_SAFE_INTEGER ? smallParts(amount, weights, whole) : bigParts(amount, weights);
  const { shares, remainders } = parts;
  let left = amount - shares.reduce((sum, share) => sum + share, 0);
  if (left === 0) return shares;
  const largestFirst = remainders
    .map((_, index) => index)
    .sort((a, b) => compare(remainders[b], remainders[a]) || a - b);
  for (const index of largestFirst) {
    if (left === 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
    left -= 1;
  }
  return shares;
}

/** Each part rounded down, and the numerator of what is left of it. */
type Parts = { shares: number[]; remainders: readonly (number | bigint)[] };

function smallParts(amount: number, weights: readonly number[], whole: number): Parts {
  const remainders = weights.map((weight) => (amount * weight) % whole);
  return { shares: weights.map((weight, index) => (amount * weight - (remainders[index] ?? 0)) / whole), remainders };
}

function bigParts(amount: number, weights: readonly number[]): Parts {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const products = weights.map((weight) => BigInt(amount) * BigInt(weight));
  return {
    shares: products.map((product) => Number(product / whole)),
    remainders: products.map((product) => product % whole),
  };
}

const compare = (a: number | bigint = 0, b: number | bigint = 0): number => (a < b ? -1 : a > b ? 1 : 0);
