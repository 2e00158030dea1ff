import { divideByLargestRemainder } from './largest-remainder.ts';
import { isCharged, type OrderLine, type OrderLineView } from './order.ts';

type StoredShares = { discountAmount: number; taxAmount: number };

/** What each PRODUCT and SHIPPING line costs in the end, by its number, in minor units. Together it is the total
 * without a CREDIT line. */
export function paidAmounts(lines: readonly OrderLine[]): ReadonlyMap<number, number> {
  return new Map(
    viewLines(lines)
      .filter(isCharged)
      .map(({ lineNo, paidAmount }) => [lineNo, paidAmount]),
  );
}

/** The lines of one order as callers see them: with their shares, and what they cost in the end. */
export function viewLines(lines: readonly OrderLine[]): OrderLineView[] {
  return lines.every(hasShares)
    ? lines.map((line) => ({ ...line, paidAmount: isCharged(line) || line.kind === 'CREDIT' ? paidOf(line) : 0 }))
    : withComputedShares(lines);
}

const paidOf = ({ amount, discountAmount, taxAmount }: OrderLine & StoredShares): number =>
  amount + discountAmount + taxAmount;

const hasShares = (line: OrderLine): line is OrderLine & StoredShares =>
  line.discountAmount !== null && line.taxAmount !== null;

/**
 * The shares of an order of a version that stored none. The lines share the total in proportion to their amounts, by
 * largest remainder, as the refunds of that version did.
 */
function withComputedShares(lines: readonly OrderLine[]): OrderLineView[] {
  const charged = lines.filter(isCharged);
  const sumOf = (some: readonly OrderLine[]) => some.reduce((sum, { amount }) => sum + amount, 0);
  // Lines that cost nothing share a tax by their units.
  const isFree = charged.every(({ amount }) => amount === 0);
  const weights = charged.map(({ amount, quantity }) => (isFree ? quantity : amount));
  const paid = divideByLargestRemainder(sumOf(lines), weights);
  const discounts = divideByLargestRemainder(-sumOf(lines.filter(({ kind }) => kind === 'DISCOUNT')), weights);
  const places = new Map(charged.map((line, index) => [line, index]));
  return lines.map((line) => {
    const index = places.get(line);
    if (index === undefined) return { ...line, discountAmount: 0, taxAmount: 0, paidAmount: 0 };
    const paidAmount = paid[index] ?? 0;
    // The tax is what the discount leaves of the difference, so that both together give what was paid.
    const taxAmount = Math.max(paidAmount - line.amount + (discounts[index] ?? 0), 0);
    return { ...line, discountAmount: paidAmount - line.amount - taxAmount, taxAmount, paidAmount };
  });
}

/**
 * What the first `count` of a line's units cost: ⌊`paid` × `count` / `quantity`⌋. So all units together cost `paid`,
 * whatever the steps.
 */
export const firstUnitsAmount = (paid: number, quantity: number, count: number): number =>
  Number((BigInt(paid) * BigInt(count)) / BigInt(quantity));
