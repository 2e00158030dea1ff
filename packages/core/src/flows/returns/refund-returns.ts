import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, unwrap, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { paysForOrder, refundableAmount, type Payment } from '../../payment/payment.ts';
import type { RefundFee, RefundLine } from '../../refund/refund.ts';
import type { Return } from '../../returns/return.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { exceedsBalance } from '../refund/exceeds-balance.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import { changeReturns, moneyParts, type ReturnCommand } from './change-returns.ts';
import { priceReturn, type ReturnPrice } from './price-return.ts';

/** A return to refund. The caller makes `id`, the refund's, before the transaction. `fees` are kept back. */
export type RefundReturnCommand = ReturnCommand & { id: string; fees: readonly RefundFee[] };

/**
 * What goes back for a return, in minor units of `currency`. `orderVersion` is the order's, and `refundId` the refund that
 * sends the money back; null in a preview.
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
 * Refunds what returns have brought back and is neither refunded nor replaced. The gateway is called after the commit.
 * @returns what goes back · refusals: return_not_found, order_changed, fees_exceed_refund, nothing_to_refund, dispute_open,
 * refund_exceeds_balance, amount_not_supported
 */
export const refundReturns =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly RefundReturnCommand[]): Promise<Outcome<ReturnRefund>[]> =>
    changeReturns(tx, commands, moneyParts, (order, aReturn, command) =>
      refundReturn(order, aReturn, command, gateways),
    );

/**
 * Requests the refund of a return of a locked order, with the codes of `refundReturns`.
 * @throws fees_exceed_refund when the fees are more than what goes back
 * @throws nothing_to_refund when nothing goes back
 * @throws dispute_open when the shopper's bank contests the payment
 * @throws refund_exceeds_balance when less of the payment can be refunded
 * @throws amount_not_supported when the gateway refunds no such amount
 */
export function refundReturn(
  order: LockedOrder,
  aReturn: Return,
  { id, fees }: { id: string; fees: readonly RefundFee[] },
  gateways: ReadonlyMap<string, Gateway>,
): ReturnRefund {
  const price = priceReturn(order, aReturn, fees);
  const { amount } = price;
  if (amount === 0) throw new CommerceError('nothing_to_refund', 'nothing goes back for this return');
  const payment = order.payments.find(paysForOrder);
  if (payment) requireUndisputed(order, payment);
  if (!payment || amount > refundableAmount(payment)) return unwrap(exceedsBalance(order, payment, { amount }));
  const { provider, currency } = payment;
  const unsupported = amountRefusalOf(gateways, provider, 'refund', { amount, currency });
  if (unsupported) throw unsupported;
  const requested = { id, amount, reason: 'requested', returnId: aReturn.id, fees } as const;
  requestRefund(order, payment, requested, refundLinesOf(price, { refundId: id, orderId: order.id }));
  order.record('return.refunded', { returnId: aReturn.id, refundId: id, amount, currency });
  return answerOf(order, aReturn, price, id);
}

function requireUndisputed({ disputes }: LockedOrder, { id }: Payment): void {
  const open = disputes.find(({ paymentId, status }) => paymentId === id && status === 'OPEN');
  if (!open) return;
  const message = "the shopper's bank may take the same money back: the refund waits for its decision";
  throw new CommerceError('dispute_open', message, { gatewayDisputeId: open.gatewayDisputeId });
}

const refundLinesOf = ({ lines }: ReturnPrice, of: Pick<RefundLine, 'refundId' | 'orderId'>): RefundLine[] =>
  lines.flatMap(({ kind, lineNo, quantity, amount }) =>
    kind === 'FEE' ? [] : [{ ...of, lineNo, quantity, amount, restock: false }],
  );

function answerOf(order: LockedOrder, { id }: Return, price: ReturnPrice, refundId: string | null): ReturnRefund {
  const { version, currency } = order.row;
  return { returnId: id, orderId: order.id, orderVersion: version, currency, refundId, ...price };
}
