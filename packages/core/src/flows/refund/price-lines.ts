import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { sumAmounts } from '../../money.ts';
import { paidAmounts } from '../../order/paid-amounts.ts';
import type { RefundLine } from '../../refund/refund.ts';
import type { LineQuantity, LockedOrder, PricedUnits } from '../../unit-of-work/locked-order.ts';
import { priceUnits } from './price-units.ts';

/** Units that a refund is for, without their price. */
type AskedLine = Omit<RefundLine, 'amount'>;

/** The lines of a refund with what was paid for their units, and the sum of that in minor units. */
export type PricedLines = { lines: readonly RefundLine[]; amount: number };

/**
 * Prices the units that a refund is for by what was paid for them: with their share of the order's discounts and taxes.
 * All units of a line together are refunded exactly what was paid, whatever the order and the number of refunds.
 * @returns refusals: units_not_refundable (the line doesn't have that many units, or they cost nothing),
 * units_not_restockable (the units have shipped, or are no product)
 */
export function priceLines(order: LockedOrder, asked: readonly AskedLine[]): Outcome<PricedLines> {
  const paid = paidAmounts(order.lines);
  const lines: RefundLine[] = [];
  for (const line of asked) {
    const priced = priceLine(order, paid, line);
    if (!priced.ok) return priced;
    lines.push(priced.value);
  }
  return accepted({ lines, amount: sumAmounts(lines.map(({ amount }) => amount ?? 0)) });
}

function priceLine(order: LockedOrder, paid: ReadonlyMap<number, number>, asked: AskedLine): Outcome<RefundLine> {
  const { lineNo, quantity, restock } = asked;
  const { refundableQty, amountOf } = priceUnits(order, paid, lineNo);
  if (quantity > refundableQty) {
    const message = 'so many units of this line cannot be refunded';
    return refused(new CommerceError('units_not_refundable', message, { lineNo, refundableQty }));
  }
  const restockableQty = unshippedQty(order, lineNo);
  if (restock && quantity > restockableQty) {
    const message = 'only units that have not shipped can be restocked';
    return refused(new CommerceError('units_not_restockable', message, { lineNo, restockableQty }));
  }
  return accepted({ ...asked, amount: amountOf(quantity) });
}

/**
 * Units of lines with what was paid for them. Units that were refunded before are counted last, and cost nothing a second
 * time.
 * @returns the units that have not been priced before, by line
 */
export function priceNextUnits(order: LockedOrder, units: readonly LineQuantity[]): PricedUnits[] {
  const paid = paidAmounts(order.lines);
  return units.map(({ lineNo, quantity: asked }) => {
    const { unpricedQty, amountOf } = priceUnits(order, paid, lineNo);
    const quantity = Math.min(asked, unpricedQty);
    return { lineNo, quantity, amount: quantity === 0 ? 0 : amountOf(quantity) };
  });
}

/** Units of a line in shipments that haven't left. */
export const unshippedQty = (order: LockedOrder, lineNo: number): number =>
  order
    .unshippedLines()
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, { quantity }) => sum + quantity, 0);
