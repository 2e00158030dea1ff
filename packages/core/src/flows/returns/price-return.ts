import { CommerceError } from '../../errors.ts';
import { sumAmounts } from '../../money.ts';
import { paidAmounts } from '../../order/paid-amounts.ts';
import type { OrderLine } from '../../order/order.ts';
import type { RefundFee } from '../../refund/refund.ts';
import { owedQty, type Return, type ReturnLine } from '../../returns/return.ts';
import { priceUnits, standingRefundLines, type PaidOrder } from '../refund/price-units.ts';

/**
 * A part of what goes back for a return, in minor units: units of a line with their share of discounts and taxes, or a fee
 * that is kept back, below zero.
 */
export type ReturnPriceLine =
  | { kind: 'PRODUCT' | 'SHIPPING'; lineNo: number; name: string; quantity: number; amount: number }
  | { kind: 'FEE'; lineNo: null; name: string; quantity: 1; amount: number };

/** What goes back for a return now, in minor units: the sum of its lines. */
export type ReturnPrice = { lines: ReturnPriceLine[]; amount: number };

/** An order with the lines of its returns. */
export type ReturnedOrder = PaidOrder & { returnLines: readonly ReturnLine[] };

/**
 * What goes back now for what came back, or is kept by an approved return: what was paid for those units that were neither
 * refunded nor replaced. The cost of shipping goes back once for an order, and only if the return isn't the customer's
 * fault. Nothing is priced again: what a discount or free shipping once depended on doesn't matter.
 * @throws fees_exceed_refund when the fees are more than what goes back
 */
export function priceReturn(order: ReturnedOrder, aReturn: Return, fees: readonly RefundFee[]): ReturnPrice {
  const paid = paidAmounts(order.lines);
  const products = order.lines.filter(({ kind }) => kind === 'PRODUCT');
  const units = products.flatMap((line) => priceLine(order, paid, line, unsettledQty(order, aReturn, line.lineNo)));
  const hasShipping = units.length > 0 && aReturn.fault !== 'CUSTOMER';
  const shipping = hasShipping ? order.lines.filter(({ kind }) => kind === 'SHIPPING') : [];
  const lines = [...units, ...shipping.flatMap((line) => priceLine(order, paid, line, line.quantity))];
  const unitsAmount = sumAmounts(lines.map(({ amount }) => amount));
  const feesAmount = sumAmounts(fees.map(({ amount }) => amount));
  if (feesAmount > unitsAmount)
    throw new CommerceError('fees_exceed_refund', 'the fees are more than what goes back', { unitsAmount, feesAmount });
  const keptBack = fees.map(
    ({ name, amount }) => ({ kind: 'FEE', lineNo: null, name, quantity: 1, amount: -amount }) as const,
  );
  return { lines: [...lines, ...keptBack], amount: unitsAmount - feesAmount };
}

/** Units of a line that a return owes the customer: neither refunded by the return nor replaced. */
export function unsettledQty(
  order: Pick<ReturnedOrder, 'refunds' | 'refundLines' | 'returnLines'>,
  aReturn: Return,
  lineNo: number,
): number {
  const line = order.returnLines.find((one) => one.returnId === aReturn.id && one.lineNo === lineNo);
  if (!line) return 0;
  const ofReturn = new Set(order.refunds.filter(({ returnId }) => returnId === aReturn.id).map(({ id }) => id));
  const refundedQty = standingRefundLines(order)
    .filter((one) => one.lineNo === lineNo && ofReturn.has(one.refundId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return Math.max(owedQty(aReturn, line) - refundedQty - line.replacedQty, 0);
}

function priceLine(
  order: ReturnedOrder,
  paid: ReadonlyMap<number, number>,
  { kind, lineNo, name }: OrderLine,
  wantedQty: number,
): ReturnPriceLine[] {
  // Units that another refund was for aren't refunded again.
  const { refundableQty, amountOf } = priceUnits(order, paid, lineNo);
  const quantity = Math.min(wantedQty, refundableQty);
  if (quantity === 0 || (kind !== 'PRODUCT' && kind !== 'SHIPPING')) return [];
  return [{ kind, lineNo, name, quantity, amount: amountOf(quantity) }];
}
