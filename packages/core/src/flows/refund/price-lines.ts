import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { multiplyAmount, sumAmounts } from '../../money.ts';
import type { RefundLine } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/**
 * Prices the units that a refund is for.
 * @returns their price in minor units · refusals: units_not_refundable (the line doesn't have that many units, or no
 * price), units_not_restockable (the units have shipped, or are no product)
 */
export function priceLines(order: LockedOrder, lines: readonly RefundLine[]): Outcome<number> {
  const amounts: number[] = [];
  for (const { lineNo, quantity, restock } of lines) {
    const line = order.line(lineNo);
    const refundableQty = line && line.unitAmount > 0 ? line.quantity - refundedQty(order, lineNo) : 0;
    if (!line || quantity > refundableQty) {
      return refused(
        new CommerceError('units_not_refundable', 'so many units of this line cannot be refunded', {
          lineNo,
          refundableQty,
        }),
      );
    }
    const restockableQty = unshippedQty(order, lineNo);
    if (restock && quantity > restockableQty) {
      return refused(
        new CommerceError('units_not_restockable', 'only units that have not shipped can be restocked', {
          lineNo,
          restockableQty,
        }),
      );
    }
    amounts.push(multiplyAmount(line.unitAmount, quantity));
  }
  return accepted(sumAmounts(amounts));
}

/** Units of a line that refunds are for. A failed refund doesn't count. */
function refundedQty({ refunds, refundLines }: LockedOrder, lineNo: number): number {
  const failed = new Set(refunds.filter(({ status }) => status === 'FAILED').map(({ id }) => id));
  return refundLines
    .filter((line) => line.lineNo === lineNo && !failed.has(line.refundId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Units of a line in parcels that haven't left. */
const unshippedQty = (order: LockedOrder, lineNo: number): number =>
  order
    .unshippedLines()
    .filter((line) => line.lineNo === lineNo)
    .reduce((sum, { quantity }) => sum + quantity, 0);
