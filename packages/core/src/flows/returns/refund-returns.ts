import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, unwrap, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { paysForOrder, type Payment } from '../../payment/payment.ts';
import type { RefundFee, RefundLine } from '../../refund/refund.ts';
import type { Return } from '../../returns/return.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { exceedsBalance } from '../refund/exceeds-balance.ts';
import { lowerCapture, type CaptureContext } from '../payment/lower-capture.ts';
import { refundableAmount, type RefundDecision } from '../refund/refundable.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import { changeReturns, linesOfReturn, moneyParts, type ReturnCommand } from './change-returns.ts';
import { priceReturn, type ReturnPrice } from './price-return.ts';
import { endReturnAttention } from './return-attention.ts';

/** A return to refund. The caller makes `id`, the refund's, before the transaction. `fees` are kept back. */
export type RefundReturnCommand = ReturnCommand & { id: string; fees: readonly RefundFee[] } & RefundDecision;

/**
 * What goes back for a return, in minor units of `currency`. `orderVersion` is the order's, and `refundId` the refund that
 * sends the money back; null in a preview, and where a capture is lowered instead.
 */
export type ReturnRefund = ReturnPrice & {
  returnId: string;
  orderId: string;
  orderVersion: number;
  currency: string;
  refundId: string | null;
};

/**
 * Prices returns as `refundReturns` would, and changes nothing.
 * @returns what goes back, 0 when that is nothing · refusals: return_not_found, fees_exceed_refund
 */
export const previewReturns = async (
  tx: Transaction,
  commands: readonly (ReturnCommand & { fees: readonly RefundFee[] })[],
): Promise<Outcome<ReturnRefund>[]> =>
  changeReturns(tx, commands, moneyParts, (order, aReturn, { fees }) =>
    answerOf(order, aReturn, priceReturn(order, aReturn, fees), null),
  );

/**
 * Gives back what was paid for what returns have brought back, once. The refund's gateway is called after the commit. Money
 * that is only authorized is left out of its capture.
 * @returns what goes back · refusals: return_not_found, order_changed, fees_exceed_refund, nothing_to_refund, dispute_open,
 * refund_exceeds_balance, amount_not_supported, capture_in_progress, invalid_transition (the payment is being voided)
 */
export const refundReturns =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly RefundReturnCommand[]): Promise<Outcome<ReturnRefund>[]> =>
    changeReturns(tx, commands, moneyParts, (order, aReturn, command, capturing) =>
      refundReturn(order, aReturn, command, { gateways, capturing }),
    );

/** Gives back the money of a return of a locked order. @throws the refusals of `refundReturns` */
export function refundReturn(
  order: LockedOrder,
  aReturn: Return,
  { id, fees, despiteDispute }: { id: string; fees: readonly RefundFee[] } & RefundDecision,
  context: CaptureContext,
): ReturnRefund {
  const price = priceReturn(order, aReturn, fees);
  const { amount } = price;
  if (amount === 0) throw new CommerceError('nothing_to_refund', 'nothing goes back for this return');
  const payment = order.payments.find(paysForOrder);
  // A capture can't be lowered by less than what was paid for the units, so fees need captured money.
  const isLowered = payment?.status === 'AUTHORIZED' && fees.length === 0;
  if (!isLowered && (!payment || amount > refundableAmount(order, payment, { despiteDispute })))
    return unwrap(exceedsBalance(order, payment, { amount, despiteDispute }));
  if (isLowered) release(order, aReturn, payment, price, context);
  else requestReturnRefund(order, aReturn, payment, { id, price, fees }, context);
  const { currency } = order.row;
  const refundId = isLowered ? null : id;
  order.record('return.refunded', { returnId: aReturn.id, refundId, amount, currency });
  endReturnAttention(order);
  return answerOf(order, aReturn, price, refundId);
}

/** Leaves what was paid for the units of a return out of the capture. */
function release(
  order: LockedOrder,
  aReturn: Return,
  payment: Payment,
  { lines }: ReturnPrice,
  context: CaptureContext,
): void {
  const units = lines.flatMap(({ kind, lineNo, quantity, amount }) =>
    kind === 'FEE' ? [] : [{ lineNo, quantity, amount }],
  );
  unwrap(lowerCapture(order, payment, units, context));
  for (const line of linesOfReturn(order, aReturn)) {
    const releasedQty = units.find(({ lineNo }) => lineNo === line.lineNo)?.quantity ?? 0;
    if (releasedQty > 0) order.setReturnLine({ ...line, releasedQty: line.releasedQty + releasedQty });
  }
}

function requestReturnRefund(
  order: LockedOrder,
  { id: returnId }: Return,
  payment: Payment,
  { id, price, fees }: { id: string; price: ReturnPrice; fees: readonly RefundFee[] },
  { gateways }: CaptureContext,
): void {
  const { provider, currency } = payment;
  const { amount } = price;
  const unsupported = amountRefusalOf(gateways, provider, 'refund', { amount, currency });
  if (unsupported) throw unsupported;
  const requested = { id, amount, reason: 'requested', returnId, fees } as const;
  requestRefund(order, payment, requested, refundLinesOf(price, { refundId: id, orderId: order.id }));
}

const refundLinesOf = ({ lines }: ReturnPrice, of: Pick<RefundLine, 'refundId' | 'orderId'>): RefundLine[] =>
  lines.flatMap(({ kind, lineNo, quantity, amount }) =>
    kind === 'FEE' ? [] : [{ ...of, lineNo, quantity, amount, restock: false }],
  );

function answerOf(order: LockedOrder, { id }: Return, price: ReturnPrice, refundId: string | null): ReturnRefund {
  const { version, currency } = order.row;
  return { returnId: id, orderId: order.id, orderVersion: version, currency, refundId, ...price };
}
