import { productId } from '../setup/ids.ts';
import { customers, quantityMax, type Shape } from './job.ts';

/** Returns a random integer from 0 to `most` - 1. */
export const upTo = (most: number): number => Math.floor(Math.random() * most);

export type Line = { productId: string; quantity: number };

/** Returns the numbers of random, different products, one a line. */
export function pickProducts({ products, lines }: Shape): number[] {
  const numbers = new Set<number>();
  while (numbers.size < lines) numbers.add(1 + upTo(products));
  return [...numbers];
}

/** Returns random lines of different products. */
export const pickLines = (shape: Shape): Line[] =>
  pickProducts(shape).map((n) => ({ productId: productId(n), quantity: 1 + upTo(quantityMax) }));

/** Returns a random customer's id. */
export const pickCustomer = (): string => `customer-${upTo(customers)}`;
