import type { Return } from '../../returns/return.ts';
import type { LockedOrder, PricedUnits } from '../../unit-of-work/locked-order.ts';
import { linesOfReturn } from './change-returns.ts';
import type { ReturnPrice } from './price-return.ts';

/** The units of a priced return, with what was paid for them. */
export const unitsOf = ({ lines }: ReturnPrice): PricedUnits[] =>
  lines.flatMap(({ kind, lineNo, quantity, amount }) => (kind === 'FEE' ? [] : [{ lineNo, quantity, amount }]));

/** Counts units of a return as settled without a refund of their lines. */
export function settleUnits(order: LockedOrder, aReturn: Return, units: readonly PricedUnits[]): void {
  order.releaseUnits(units);
  countReleased(order, aReturn, units);
}

/** Has a return owe units again that `settleUnits` had counted. */
export function unsettleUnits(order: LockedOrder, aReturn: Return, units: readonly PricedUnits[]): void {
  settleUnits(
    order,
    aReturn,
    units.map(({ lineNo, quantity, amount }) => ({ lineNo, quantity: -quantity, amount: -amount })),
  );
}

/** Counts units of a return whose money was released. */
export function countReleased(order: LockedOrder, aReturn: Return, units: readonly PricedUnits[]): void {
  for (const line of linesOfReturn(order, aReturn)) {
    const releasedQty = units.find(({ lineNo }) => lineNo === line.lineNo)?.quantity ?? 0;
    if (releasedQty !== 0) order.setReturnLine({ ...line, releasedQty: line.releasedQty + releasedQty });
  }
}
