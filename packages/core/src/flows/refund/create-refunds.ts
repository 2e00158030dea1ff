import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { multiplyAmount, sumAmounts } from '../../money.ts';
import { paysForOrder, refundableAmount, type Payment } from '../../payment/payment.ts';
import type { Refund, RefundLine } from '../../refund/refund.ts';
import { lineOf, refundedQty, restockLines, unshippedQtyOf } from './restock-lines.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { requestMoneyBack, requestRefund } from './request-refunds.ts';

/**
 * Money of an order to send back, in minor units; `id` is minted before the transaction. With `lines` it is for those
 * units, and `amount` is what they cost unless said otherwise; with neither it is all that is left. It is of the payment
 * that pays for the order, unless `paymentId` names one whose money had to go back by itself, and did not.
 */
export type CreateRefundCommand = {
  id: string;
  orderId: string;
  paymentId?: string | undefined;
  amount?: number | undefined;
  lines?: readonly { lineNo: number; quantity: number; restock: boolean }[] | undefined;
};

/**
 * Decides refunds: the balance is reserved here, the gateway is asked after the commit, and its word ends them. Units that
 * are restocked leave their parcel and are for sale again at once.
 * @returns the refund in REQUESTED · refusals: order_not_found, payment_not_found, refund_exceeds_balance (nothing captured
 * has a balance of 0), units_not_refundable, units_not_restockable (they have shipped, or aren't products)
 */
export async function createRefunds(
  tx: Transaction,
  commands: readonly CreateRefundCommand[],
): Promise<Outcome<Refund>[]> {
  const orderIds = commands.map(({ orderId }) => orderId);
  const work = await UnitOfWork.lock(tx, orderIds, { money: true, refundLines: true, shipments: true, stocks: true });
  const outcomes = commands.map((command): Outcome<Refund> => {
    const unit = work.units.get(command.orderId);
    if (!unit) return refused(new CommerceError('order_not_found', 'no such order'));
    const payment = unit.payments.find((one) =>
      command.paymentId === undefined ? paysForOrder(one) : one.id === command.paymentId,
    );
    if (!payment && command.paymentId !== undefined)
      return refused(new CommerceError('payment_not_found', 'no such payment'));
    const isOwed = payment !== undefined && (payment.surplus || unit.order.status === 'CANCELED');
    if (isOwed && payment.capturedAmount === 0) return voidAgain(work, unit, payment, command);
    if (payment?.surplus && command.lines) return tooMuch(unit, 0);
    const lines = (command.lines ?? []).map((line) => ({ ...line, refundId: command.id, orderId: command.orderId }));
    const refusal = refusalOfLines(unit, lines);
    if (refusal) return refused(refusal);
    const amount = command.amount ?? (lines.length > 0 ? priceOf(unit, lines) : undefined);
    return create(work, unit, payment, command.id, amount, lines);
  });
  work.write();
  return outcomes;
}

function create(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment | undefined,
  id: string,
  asked: number | undefined,
  lines: readonly RefundLine[],
): Outcome<Refund> {
  const refundable = payment ? refundableAmount(payment) : 0;
  const amount = asked ?? refundable;
  if (!payment || amount === 0 || amount > refundable) {
    return tooMuch(unit, refundable);
  }
  const refund = requestRefund(work, unit, payment, { id, amount, reason: 'requested' }, lines);
  restockLines(
    work,
    unit,
    lines.filter(({ restock }) => restock),
    id,
  );
  return accepted(refund);
}

/** What isn't captured is let go of in whole, once more where the gateway refused it. */
function voidAgain(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  { id, amount, lines }: CreateRefundCommand,
): Outcome<Refund> {
  const goesBack = unit.refunds.some(
    (refund) => refund.paymentId === payment.id && refund.kind === 'VOID' && refund.status !== 'FAILED',
  );
  const reason = payment.reportedAmount !== null ? 'amount_mismatch' : payment.surplus ? 'surplus' : 'order_canceled';
  if (!goesBack && amount === undefined && !lines) requestMoneyBack(work, unit, payment, reason, id);
  const refund = unit.refunds.find((one) => one.id === id);
  return refund ? accepted(refund) : tooMuch(unit, 0);
}

const tooMuch = ({ order: { currency } }: LockedOrder, refundableAmount: number): Outcome<never> => {
  const message =
    refundableAmount > 0
      ? 'so much cannot be sent back'
      : 'there is nothing to send back: none was captured, or all has gone';
  return refused(new CommerceError('refund_exceeds_balance', message, { refundableAmount, currency }));
};

const priceOf = (unit: LockedOrder, lines: readonly RefundLine[]): number =>
  sumAmounts(lines.map(({ lineNo, quantity }) => multiplyAmount(lineOf(unit, lineNo)!.unitAmount, quantity)));

function refusalOfLines(unit: LockedOrder, lines: readonly RefundLine[]): CommerceError | undefined {
  for (const { lineNo, quantity, restock } of lines) {
    const line = lineOf(unit, lineNo);
    const refundableQty = line && line.unitAmount > 0 ? line.quantity - refundedQty(unit, lineNo) : 0;
    if (quantity > refundableQty) {
      return new CommerceError('units_not_refundable', 'so many units of this line cannot be refunded', {
        lineNo,
        refundableQty,
      });
    }
    const unshippedQty = unshippedQtyOf(unit, lineNo);
    if (restock && quantity > unshippedQty) {
      return new CommerceError('units_not_restockable', 'only units that have not shipped can go back on sale', {
        lineNo,
        restockableQty: unshippedQty,
      });
    }
  }
  return undefined;
}
