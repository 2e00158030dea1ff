import { CommerceError } from '../../errors.ts';
import { sumAmounts } from '../../money.ts';
import type { OrderLine } from '../../order/order.ts';
import type { RefundFee } from '../../refund/refund.ts';
import { owedQty, unitsNotInReturn, type Return } from '../../returns/return.ts';
import type { LineQuantity, LockedOrder } from '../../unit-of-work/locked-order.ts';
import { priceUnits, unsettledQty } from '../refund/price-lines.ts';
import { linesOfReturn } from './change-returns.ts';

/**
 * A part of what goes back for a return, in minor units: units of a line with their share of discounts and taxes, or a
 * fee that is kept back, below zero.
 */
export type ReturnPriceLine =
  | { kind: 'PRODUCT' | 'SHIPPING'; lineNo: number; name: string; quantity: number; amount: number }
  | { kind: 'FEE'; lineNo: null; name: string; quantity: 1; amount: number };

/** What goes back for a return now, in minor units: the sum of its lines. */
export type ReturnPrice = { lines: ReturnPriceLine[]; amount: number };

/** Units of a return to price; undefined for all of them. */
export type SelectedUnits = readonly LineQuantity[] | undefined;

/**
 * What goes back now for what came back, or is kept by an approved return: what was paid for those units that were
 * neither refunded nor replaced. The cost of shipping goes back once for an order, and only if the return isn't the
 * customer's fault. Nothing is priced again: what a discount or free shipping once depended on doesn't matter.
 * @throws fees_exceed_refund when the fees are more than what goes back
 * @throws units_not_in_return when more units of a line are selected than the return owes
 */
export function priceReturn(
  order: LockedOrder,
  aReturn: Return,
  fees: readonly RefundFee[],
  selected?: SelectedUnits,
): ReturnPrice {
  const products = order.lines.filter(({ kind }) => kind === 'PRODUCT');
  const units = priceLines(order, products, unitsOf(order, aReturn, selected));
  const hasShipping = units.length > 0 && aReturn.fault !== 'CUSTOMER';
  const shipping = hasShipping ? order.lines.filter(({ kind }) => kind === 'SHIPPING') : [];
  const lines = [...units, ...priceLines(order, shipping, ({ quantity }) => quantity)];
  const unitsAmount = sumAmounts(lines.map(({ amount }) => amount));
  const feesAmount = sumAmounts(fees.map(({ amount }) => amount));
  if (feesAmount > unitsAmount)
    throw new CommerceError('fees_exceed_refund', 'the fees are more than what goes back', { unitsAmount, feesAmount });
  const keptBack = fees.map(({ name, amount }): ReturnPriceLine => ({
    kind: 'FEE',
    lineNo: null,
    name,
    quantity: 1,
    amount: -amount,
  }));
  return { lines: [...lines, ...keptBack], amount: unitsAmount - feesAmount };
}

/** @throws units_not_in_return when more units of a line are selected than the return owes */
function unitsOf(order: LockedOrder, aReturn: Return, selected: SelectedUnits): (line: OrderLine) => number {
  if (!selected) return ({ lineNo }) => owedUnits(order, aReturn, lineNo);
  for (const line of selected) {
    const owed = owedUnits(order, aReturn, line.lineNo);
    if (line.quantity > owed) throw unitsNotInReturn(line, owed);
  }
  return ({ lineNo }) => selected.find((line) => line.lineNo === lineNo)?.quantity ?? 0;
}

/**
 * Units of a line that a return owes the customer: neither it nor anything else has given back their money or replaced
 * them.
 */
export const owedUnits = (order: LockedOrder, aReturn: Return, lineNo: number): number =>
  Math.max(Math.min(unsettledOfReturn(order, aReturn, lineNo), unsettledQty(order, lineNo)), 0);

/** Units of a line that a return itself has neither refunded nor replaced; below zero where it has done both. */
export function unsettledOfReturn(order: LockedOrder, aReturn: Return, lineNo: number): number {
  const line = linesOfReturn(order, aReturn).find((one) => one.lineNo === lineNo);
  if (!line) return 0;
  const standing = order.refunds.filter(({ returnId, status }) => returnId === aReturn.id && status !== 'FAILED');
  const refundIds = new Set(standing.map(({ id }) => id));
  const refundedQty = order.refundLines
    .filter((one) => one.lineNo === lineNo && refundIds.has(one.refundId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return owedQty(aReturn, line) - refundedQty - line.replacedQty - line.releasedQty;
}

/** What was paid for units of lines. Units whose money has gone back by another way aren't priced again. */
function priceLines(order: LockedOrder, lines: readonly OrderLine[], unitsOf: (line: OrderLine) => number) {
  const wanted = lines.map((line) => ({ lineNo: line.lineNo, quantity: unitsOf(line) }));
  return priceUnits(order, wanted).flatMap(({ lineNo, quantity, amount }): ReturnPriceLine[] => {
    const { kind, name } = lines.find((line) => line.lineNo === lineNo) ?? {};
    if (quantity === 0 || name === undefined || (kind !== 'PRODUCT' && kind !== 'SHIPPING')) return [];
    return [{ kind, lineNo, name, quantity, amount }];
  });
}
