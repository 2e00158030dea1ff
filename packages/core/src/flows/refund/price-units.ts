import { firstUnitsAmount } from '../../order/paid-amounts.ts';
import type { RefundLine } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** What says which units of an order were paid and refunded. */
export type PaidOrder = Pick<LockedOrder, 'lines' | 'refunds' | 'refundLines'>;

/**
 * The units of a line that were neither refunded nor given up before, those of them that were paid, and what was paid for
 * the next ones, in minor units.
 */
export type UnitPrices = { unpricedQty: number; refundableQty: number; amountOf: (quantity: number) => number };

/**
 * What was paid for the units of a line that aren't refunded or given up yet. All units of a line together are refunded
 * exactly what was paid, whatever the order and the number of refunds.
 * @param paid the order's `paidAmounts`
 */
export function priceUnits(order: PaidOrder, paid: ReadonlyMap<number, number>, lineNo: number): UnitPrices {
  const line = order.lines.find((one) => one.lineNo === lineNo);
  const { quantity: units = 0, unitAmount = 0, releasedQty = 0, releasedAmount = 0 } = line ?? {};
  const lineAmount = paid.get(lineNo) ?? 0;
  const refunded = standingRefundLines(order).filter((one) => one.lineNo === lineNo);
  const pricedQty = refunded.reduce((sum, { quantity }) => sum + quantity, releasedQty);
  // Versions that stored no amount refunded the list price.
  const pricedAmount = refunded.reduce((sum, one) => sum + (one.amount ?? unitAmount * one.quantity), releasedAmount);
  const unpricedQty = Math.max(units - pricedQty, 0);
  return {
    unpricedQty,
    refundableQty: lineAmount > 0 ? unpricedQty : 0,
    amountOf: (quantity) => Math.max(firstUnitsAmount(lineAmount, units, pricedQty + quantity) - pricedAmount, 0),
  };
}

/** The units that refunds are for. A failed refund doesn't count. */
export function standingRefundLines({
  refunds,
  refundLines,
}: Pick<PaidOrder, 'refunds' | 'refundLines'>): RefundLine[] {
  const failed = new Set(refunds.filter(({ status }) => status === 'FAILED').map(({ id }) => id));
  return refundLines.filter(({ refundId }) => !failed.has(refundId));
}
