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
import { disputeOpen, openDisputeOf, refundableAmount, type RefundDecision } from '../refund/refundable.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import { requireNoAttempt } from '../payment/require-no-attempt.ts';
import { creditLeft, returnCredit } from '../credit/return-credit.ts';
import { changeReturns, moneyParts, type ReturnCommand } from './change-returns.ts';
import { priceReturn, type ReturnPrice, type SelectedUnits } from './price-return.ts';
import { endReturnAttention } from './return-attention.ts';
import { countReleased, settleUnits, unitsOf } from './settle-units.ts';

/** A return to refund. The caller makes `id`, the refund's, before the transaction. `fees` are kept back. */
export type RefundReturnCommand = ReturnCommand & { id: string; fees: readonly RefundFee[] } & RefundDecision;

/**
 * What goes back for a return, in minor units of `currency`. `orderVersion` is the order's, and `refundId` the refund
 * that sends the money back; null in a preview, and where none is needed: a capture is lowered, an order that has lost
 * its authorization costs less, or the amount is 0.
 */
export type ReturnRefund = ReturnPrice & {
  returnId: string;
  orderId: string;
  orderVersion: number;
  currency: string;
  refundId: string | null;
};

/**
 * Prices returns as `refundReturns` would, and changes nothing. `lines` select units; by default all are priced.
 * @returns what goes back, 0 when that is nothing · refusals: return_not_found, fees_exceed_refund, units_not_in_return
 */
export const previewReturns = async (
  tx: Transaction,
  commands: readonly (ReturnCommand & { fees: readonly RefundFee[]; lines?: SelectedUnits })[],
): Promise<Outcome<ReturnRefund>[]> =>
  changeReturns(tx, commands, moneyParts, (order, aReturn, { fees, lines }) =>
    answerOf(order, aReturn, priceReturn(order, aReturn, fees, lines), null),
  );

/**
 * Gives back what was paid for what returns have brought back, once. The refund's gateway is called after the commit.
 * Money that is only authorized is left out of its capture, and an order that has lost its authorization costs that
 * much less. When the fees are all that would go back, the units are settled without a refund.
 * @returns what goes back · refusals: return_not_found, order_changed, fees_exceed_refund, nothing_to_refund,
 * dispute_open, refund_exceeds_balance, amount_not_supported, capture_in_progress, payment_in_progress (a new attempt
 * after a lost authorization), invalid_transition (the payment is being voided)
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
  if (!isCaptured && fees.length > 0) return unwrap(exceedsBalance(order, payment, { amount, despiteDispute }));
  const refunded = isCaptured ? moneyOf(order, payment, amount, { despiteDispute }) : 0;
  if (!isCaptured) settleUncaptured(order, aReturn, price, { id, context });
  else if (refunded > 0 && refunded === amount)
    requestReturnRefund(order, aReturn, payment, { id, price, fees }, context);
  else returnMoneyAndCredit(order, aReturn, { id, price, fees, payment, refunded }, context);
  const { currency } = order.row;
  const refundId = refunded > 0 ? id : null;
  order.record('return.refunded', { returnId: aReturn.id, refundId, amount, currency });
  endReturnAttention(order);
  return answerOf(order, aReturn, price, refundId);
}

/**
 * The part of an amount that is a payment's own money, which goes back first. A credit of the order pays the rest.
 * @throws dispute_open when an open dispute holds the payment's money
 * @throws refund_exceeds_balance when both together are less, or the payment isn't captured
 */
export function moneyOf(
  order: LockedOrder,
  payment: Payment | undefined,
  amount: number,
  decision: RefundDecision = {},
): number {
  const refundable = payment ? refundableAmount(order, payment, decision) : 0;
  if (amount <= refundable) return amount;
  const dispute = payment && openDisputeOf(order, payment);
  if (dispute && !decision.despiteDispute) throw disputeOpen(dispute);
  // Until money is captured, it isn't known how much of it has to go back before the credit.
  const isOpen = order.hasLostItsMoney() || (payment?.status === 'AUTHORIZED' && payment.authorizedAmount > 0);
  const credit = creditLeft(order);
  if (isOpen || credit === 0) unwrap(exceedsBalance(order, payment, { amount, ...decision }));
  if (amount <= refundable + credit) return refundable;
  throw new CommerceError('refund_exceeds_balance', 'less is left of the payment and of the credit of the order', {
    refundableAmount: refundable + credit,
    currency: order.row.currency,
    uncapturedPaymentId: null,
  });
}

/**
 * Gives back what was paid for the units of a return by money and by a credit of the order, or nothing where that is 0.
 */
function returnMoneyAndCredit(
  order: LockedOrder,
  aReturn: Return,
  { id, price, fees, payment, refunded: amount }: ReturnMoney & { payment: Payment; refunded: number },
  { gateways }: CaptureContext,
): void {
  if (amount > 0) {
    requireRefundable(gateways, payment, amount);
    requestRefund(order, payment, { id, amount, reason: 'requested', returnId: aReturn.id, fees });
  }
  returnCredit(order, price.amount - amount);
  settleUnits(order, aReturn, unitsOf(price));
}

/**
 * Settles a return of money that isn't captured: it is left out of the capture, or the order that has lost its
 * authorization costs that much less.
 */
function settleUncaptured(
  order: LockedOrder,
  aReturn: Return,
  price: ReturnPrice,
  { id, context }: { id: string; context: CaptureContext },
): void {
  requireNoAttempt(order);
  giveBackUnits(order, unitsOf(price), id, context);
  countReleased(order, aReturn, unitsOf(price));
}

type ReturnMoney = { id: string; price: ReturnPrice; fees: readonly RefundFee[] };

function requestReturnRefund(
  order: LockedOrder,
  { id: returnId }: Return,
  payment: Payment,
  { id, price, fees }: ReturnMoney,
  { gateways }: CaptureContext,
): void {
  const { amount } = price;
  requireRefundable(gateways, payment, amount);
  const requested = { id, amount, reason: 'requested', returnId, fees } as const;
  requestRefund(order, payment, requested, refundLinesOf(price, { refundId: id, orderId: order.id }));
}

/** @throws amount_not_supported when a payment's gateway doesn't refund an amount */
export function requireRefundable(
  gateways: ReadonlyMap<string, Gateway>,
  { provider, currency }: Payment,
  amount: number,
): void {
  const unsupported = amountRefusalOf(gateways, provider, 'refund', { amount, currency });
  if (unsupported) throw unsupported;
}

const refundLinesOf = (price: ReturnPrice, of: Pick<RefundLine, 'refundId' | 'orderId'>): RefundLine[] =>
  unitsOf(price).map((units) => ({ ...of, ...units, restock: false }));

function answerOf(order: LockedOrder, { id }: Return, price: ReturnPrice, refundId: string | null): ReturnRefund {
  const { version, currency } = order.row;
  return { returnId: id, orderId: order.id, orderVersion: version, currency, refundId, ...price };
}
