import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { sumAmounts } from '../../money.ts';
import { firstUnitsAmount, paidAmounts } from '../../order/paid-amounts.ts';
import type { RefundLine } from '../../refund/refund.ts';
import { endedReplacementQty } from '../../returns/return.ts';
import type { LineQuantity, LockedOrder, PricedUnits } from '../../unit-of-work/locked-order.ts';

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
  const refundableQty = (paid.get(lineNo) ?? 0) > 0 ? unpricedQty(order, lineNo) : 0;
  if (quantity > refundableQty) {
    const message = 'so many units of this line cannot be refunded';
    return refused(new CommerceError('units_not_refundable', message, { lineNo, refundableQty }));
  }
  const restockableQty = unshippedQty(order, lineNo);
  if (restock && quantity > restockableQty) {
    const message = 'only units that have not shipped can be restocked';
    return refused(new CommerceError('units_not_restockable', message, { lineNo, restockableQty }));
  }
  return accepted({ ...asked, amount: nextUnitsAmount(order, paid, { lineNo, quantity }) });
}

/**
 * Units of lines with what was paid for them. Units that were refunded or replaced before are counted last, and cost
 * nothing a second time.
 * @returns the units that have not been priced before, by line
 */
export function priceUnits(order: LockedOrder, units: readonly LineQuantity[]): PricedUnits[] {
  const paid = paidAmounts(order.lines);
  return units.map(({ lineNo, quantity: asked }) => {
    const quantity = Math.min(asked, unpricedQty(order, lineNo));
    return { lineNo, quantity, amount: nextUnitsAmount(order, paid, { lineNo, quantity }) };
  });
}

/** What the next units of a line cost after those that were priced before. */
function nextUnitsAmount(
  order: LockedOrder,
  paid: ReadonlyMap<number, number>,
  { lineNo, quantity }: LineQuantity,
): number {
  const before = pricedBefore(order, lineNo);
  const units = order.line(lineNo)?.quantity ?? 0;
  if (quantity === 0) return 0;
  return Math.max(firstUnitsAmount(paid.get(lineNo) ?? 0, units, before.quantity + quantity) - before.amount, 0);
}

/**
 * Units of a line that were neither refunded nor released, and that no replacement stands for. Below zero, a unit was
 * both refunded and replaced: by a refund that succeeded after its failure was reported. The order is locked with its
 * returns.
 */
export const unsettledQty = (order: LockedOrder, lineNo: number): number =>
  (order.line(lineNo)?.quantity ?? 0) - pricedBefore(order, lineNo).quantity - standingReplacementQty(order, lineNo);

/** Units of a line in replacements that haven't come back, and weren't lost either. */
function standingReplacementQty({ returns, returnLines }: LockedOrder, lineNo: number): number {
  return returnLines
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, line) => {
      const aReturn = returns.find(({ id }) => id === line.returnId);
      return sum + line.replacedQty - (aReturn ? endedReplacementQty(aReturn, line) : 0);
    }, 0);
}

const unpricedQty = (order: LockedOrder, lineNo: number): number => Math.max(unsettledQty(order, lineNo), 0);

/** The units of a line that were refunded, or whose money was released, and what was paid for them. */
function pricedBefore(order: LockedOrder, lineNo: number): { quantity: number; amount: number } {
  const { releasedQty = 0, releasedAmount = 0, unitAmount = 0 } = order.line(lineNo) ?? {};
  return refundsOf(order, lineNo).reduce(
    (sum, line) => ({
      quantity: sum.quantity + line.quantity,
      // Versions that stored no amount refunded the list price.
      amount: sum.amount + (line.amount ?? unitAmount * line.quantity),
    }),
    { quantity: releasedQty, amount: releasedAmount },
  );
}

/** The units of a line that refunds are for. A failed refund doesn't count. */
function refundsOf({ refunds, refundLines }: LockedOrder, lineNo: number): readonly RefundLine[] {
  const failed = new Set(refunds.filter(({ status }) => status === 'FAILED').map(({ id }) => id));
  return refundLines.filter((line) => line.lineNo === lineNo && !failed.has(line.refundId));
}

/** Units of a line in shipments that haven't left. */
export const unshippedQty = (order: LockedOrder, lineNo: number): number =>
  order
    .unshippedLines()
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, { quantity }) => sum + quantity, 0);
