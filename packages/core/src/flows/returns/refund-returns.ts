import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, unwrap, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { paysForOrder, type Payment } from '../../payment/payment.ts';
import type { RefundFee, RefundLine } from '../../refund/refund.ts';
import type { Return } from '../../returns/return.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { exceedsBalance } from '../refund/exceeds-balance.ts';
import type { CaptureContext } from '../payment/lower-capture.ts';
import { giveBackUnits } from '../refund/give-back-units.ts';
import { refundableAmount, type RefundDecision } from '../refund/refundable.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import { requireNoAttempt } from '../payment/require-no-attempt.ts';
import { changeReturns, linesOfReturn, moneyParts, type ReturnCommand } from './change-returns.ts';
import { priceReturn, type ReturnPrice } from './price-return.ts';
import { endReturnAttention } from './return-attention.ts';

/** A return to refund. The caller makes `id`, the refund's, before the transaction. `fees` are kept back. */
export type RefundReturnCommand = ReturnCommand & { id: string; fees: readonly RefundFee[] } & RefundDecision;

/**
 * What goes back for a return, in minor units of `currency`. `orderVersion` is the order's, and `refundId` the refund that
 * sends the money back; null in a preview, and where none is needed: a capture is lowered, an order that has lost its
 * authorization costs less, or the amount is 0.
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
 * that is only authorized is left out of its capture, and an order that has lost its authorization costs that much less. When
 * the fees are all that would go back, the units are settled without a refund.
 * @returns what goes back · refusals: return_not_found, order_changed, fees_exceed_refund, nothing_to_refund, dispute_open,
 * refund_exceeds_balance, amount_not_supported, capture_in_progress, payment_in_progress (a new
 * attempt after a lost authorization), invalid_transition (the payment is being voided)
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
  const { lines, amount } = price;
  if (lines.length === 0) throw new CommerceError('nothing_to_refund', 'nothing goes back for this return');
  const payment = order.payments.find(paysForOrder);
  const isCaptured = payment?.status === 'CAPTURED';
  // A capture can't be lowered by less than what was paid for the units, so fees need captured money.
  if (isCaptured ? amount > refundableAmount(order, payment, { despiteDispute }) : fees.length > 0)
    return unwrap(exceedsBalance(order, payment, { amount, despiteDispute }));
  const isRefunded = isCaptured && amount > 0;
  if (isRefunded) requestReturnRefund(order, aReturn, payment, { id, price, fees }, context);
  else settleWithoutRefund(order, aReturn, price, { id, isCaptured, context });
  const { currency } = order.row;
  const refundId = isRefunded ? id : null;
  order.record('return.refunded', { returnId: aReturn.id, refundId, amount, currency });
  endReturnAttention(order);
  return answerOf(order, aReturn, price, refundId);
}

/**
 * Settles a return of captured money of which nothing goes back, or of money that isn't captured: it is left out of the
 * capture, or the order that has lost its authorization costs that much less.
 */
function settleWithoutRefund(
  order: LockedOrder,
  aReturn: Return,
  price: ReturnPrice,
  { id, isCaptured, context }: { id: string; isCaptured: boolean; context: CaptureContext },
): void {
  const units = price.lines.flatMap(({ kind, lineNo, quantity, amount }) =>
    kind === 'FEE' ? [] : [{ lineNo, quantity, amount }],
  );
  if (isCaptured) order.releaseUnits(units);
  else {
    requireNoAttempt(order);
    giveBackUnits(order, units, id, context);
  }
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
