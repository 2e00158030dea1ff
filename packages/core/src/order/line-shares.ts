import { CommerceError } from '../errors.ts';
import { sumAmounts } from '../money.ts';
import { divideByLargestRemainder } from './largest-remainder.ts';
import { isCharged, type OrderLine, type OrderLineView } from './order.ts';

/** A PRODUCT or SHIPPING line with its shares so far, in minor units of zero or above. */
type Cost = { line: OrderLine; discount: number; tax: number };

/** A DISCOUNT or TAX line with the lines that it applies to, and how much of its amount no line has yet. */
type Reduction = { isForAll: boolean; costs: readonly Cost[]; left: number };

/**
 * Divides an order's discounts and taxes among the PRODUCT and SHIPPING lines that they apply to.
 *
 * 1. A discount is shared in proportion to what its lines cost after the discounts before it. Discounts of fewer lines
 *    come first, among equals the first one.
 * 2. A tax is shared in proportion to what its lines cost after all discounts; by their amounts if they cost nothing
 *    then, and by units if they are free.
 * 3. What a discount has beyond the price of its lines is taken from their taxes.
 *
 * @param lines all lines of the order
 * @param appliesTo for the number of a DISCOUNT or TAX line, the numbers of its lines; without an entry all of them
 * @returns the lines with their shares; no line costs less than nothing
 * @throws validation_failed when a discount exceeds the price and taxes of the lines that it applies to
 * @throws amount_too_large when a sum exceeds 2^53 - 1
 */
export function shareDiscountsAndTaxes(
  lines: readonly OrderLine[],
  appliesTo: ReadonlyMap<number, readonly number[]>,
): OrderLineView[] {
  const costs = lines.filter(isCharged).map((line): Cost => ({ line, discount: 0, tax: 0 }));
  const discounts = lines
    .filter(({ kind }) => kind === 'DISCOUNT')
    .map(({ lineNo, amount }): Reduction => {
      const named = costsOf(costs, appliesTo.get(lineNo));
      return { isForAll: !appliesTo.has(lineNo), costs: named, left: -amount };
    })
    .toSorted((a, b) => a.costs.length - b.costs.length);
  for (const discount of discounts) takeDiscount(discount);
  for (const { kind, lineNo, amount } of lines)
    if (kind === 'TAX') addTax(costsOf(costs, appliesTo.get(lineNo)), amount);
  for (const discount of discounts) takeDiscount(discount);
  const excess = discounts.find(({ left }) => left > 0);
  if (excess) throw discountTooLarge(excess);
  const shares = new Map(costs.map((cost) => [cost.line, cost]));
  return lines.map((line) => withShares(line, shares.get(line)));
}

function costsOf(costs: readonly Cost[], lineNos: readonly number[] | undefined): readonly Cost[] {
  if (!lineNos) return costs;
  const named = new Set(lineNos);
  return costs.filter(({ line }) => named.has(line.lineNo));
}

/** Takes of a discount what its lines still cost, at most all of it. */
function takeDiscount(discount: Reduction): void {
  const weights = discount.costs.map(({ line, discount: taken, tax }) => line.amount - taken + tax);
  const amount = Math.min(discount.left, sumAmounts(weights));
  if (amount === 0) return;
  discount.left -= amount;
  const shares = divideByLargestRemainder(amount, weights);
  discount.costs.forEach((cost, index) => (cost.discount += shares[index] ?? 0));
}

function addTax(costs: readonly Cost[], amount: number): void {
  if (amount === 0) return;
  const weights =
    [costs.map(({ line, discount }) => line.amount - discount), costs.map(({ line }) => line.amount)].find((all) =>
      all.some((weight) => weight > 0),
    ) ?? costs.map(({ line }) => line.quantity);
  const shares = divideByLargestRemainder(amount, weights);
  costs.forEach((cost, index) => (cost.tax += shares[index] ?? 0));
}

function withShares(line: OrderLine, cost: Cost | undefined): OrderLineView {
  if (!cost) return { ...line, discountAmount: 0, taxAmount: 0, paidAmount: 0 };
  const { discount, tax } = cost;
  // 0 - 0 instead of -0, which JSON and assertions would show.
  return { ...line, discountAmount: 0 - discount, taxAmount: tax, paidAmount: line.amount - discount + tax };
}

function discountTooLarge({ isForAll }: Reduction): CommerceError {
  const message = isForAll
    ? 'the discounts exceed the price of the order'
    : 'a discount exceeds the price of the lines that it applies to';
  return new CommerceError('validation_failed', message, { issues: [{ path: 'lines', message }] });
}
