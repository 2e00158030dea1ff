import type { Shortage } from '@commerce-core/core';
import type { Caller } from './caller.ts';

/**
 * Units of a product that a shopper may want in a usual order. Of those, the exact number that is left corrects the
 * cart.
 */
const usualUnits = 20;

/**
 * What a caller learns about products that have too few units. A shopper who asks for more than usual gets
 * `sellableQty` rounded down to its first digit: so many can be ordered, and how many the shop has is not said. The
 * stock of a shop is its own business, see docs/security.md.
 */
export const shortagesFor = (caller: Caller | undefined, shortages: readonly Shortage[]): Shortage[] =>
  shortages.map((shortage) =>
    caller?.kind === 'operator' || shortage.requestedQty <= usualUnits
      ? shortage
      : { ...shortage, sellableQty: roundedDown(shortage.sellableQty) },
  );

function roundedDown(quantity: number): number {
  const unit = 10 ** (String(quantity).length - 1);
  return Math.floor(quantity / unit) * unit;
}
