import type { Outcome } from '../../errors.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { priceReturn } from './price-return.ts';

/** Raises attention when a refund that was to be made by itself is refused, unless nothing is left to refund. */
export function raiseWhenRefused(order: LockedOrder, refund: Outcome<unknown>): void {
  if (!refund.ok && refund.error.code !== 'nothing_to_refund') order.raiseAttention('return_refund_due');
}

/** Ends the attention for refused refunds of returns, once no return that is RECEIVED owes the customer money. */
export function endReturnAttention(order: LockedOrder): void {
  const isDue = order.returns.some(
    (aReturn) => aReturn.status === 'RECEIVED' && priceReturn(order, aReturn, []).amount > 0,
  );
  if (!isDue) order.clearAttention('return_refund_due');
}
