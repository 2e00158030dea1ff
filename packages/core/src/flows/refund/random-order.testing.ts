import type { QuoteLine } from '../../order/quote.ts';
import { quoteLine } from './quoted-shop.testing.ts';

/** Currencies of 0, 2 and 3 decimals, with prices from one minor unit on: each with its highest price and a seed. */
export const randomRuns = [
  ['KRW', 30],
  ['USD', 9_999],
  ['KWD', 1_000_000_000],
].flatMap(([currency, priceMax]) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => [currency, priceMax, seed] as [string, number, number]),
);

/** A random order whose discounts leave each line something, with shares for some lines only. */
export function randomOrder(random: () => number, priceMax: number) {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const products = Array.from({ length: 1 + upTo(2) }, () => [1 + upTo(priceMax), 1 + upTo(4)] as const);
  const shipping = Array.from({ length: upTo(1) }, () => quoteLine('SHIPPING', 1 + upTo(priceMax)));
  const amounts = [
    ...products.map(([price, quantity]) => price * quantity),
    ...shipping.map(({ unitAmount }) => unitAmount),
  ];
  const others = Array.from({ length: 1 + upTo(3) }, (): QuoteLine => {
    const named = amounts.flatMap((_, index) => (random() < 0.5 ? [index + 1] : []));
    const appliesTo = named.length > 0 ? named : undefined;
    const price = (appliesTo ?? amounts.map((_, index) => index + 1)).reduce(
      (sum, no) => sum + (amounts[no - 1] ?? 0),
      0,
    );
    const isTax = random() < 0.5;
    return quoteLine(isTax ? 'TAX' : 'DISCOUNT', (isTax ? 1 : -1) * upTo(Math.floor(price / 5)), appliesTo);
  });
  return { products, quote: [...shipping, ...others] };
}
