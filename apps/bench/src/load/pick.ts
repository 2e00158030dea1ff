import { productId } from '../setup/ids.ts';
import { customers, quantityMax, type Shape } from './job.ts';

export const upTo = (most: number): number => Math.floor(Math.random() * most);

export type Line = { productId: string; quantity: number };

/** Lines of different products, at random. */
export function pickLines({ products, lines }: Shape): Line[] {
  const numbers = new Set<number>();
  while (numbers.size < lines) numbers.add(1 + upTo(products));
  return [...numbers].map((n) => ({ productId: productId(n), quantity: 1 + upTo(quantityMax) }));
}

export const pickCustomer = (): string => `customer-${upTo(customers)}`;
