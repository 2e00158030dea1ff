import type { Payment } from '../../payment/payment.ts';
import type { RefundFee } from '../../refund/refund.ts';
import type { Return } from '../../returns/return.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import type { ReturnPrice } from '../returns/price-return.ts';
import { endReturnAttention } from '../returns/return-attention.ts';
import { settleUnits, unitsOf } from '../returns/settle-units.ts';
import type { Funding } from './fund-exchange.ts';
import { returnCredit } from './return-credit.ts';

/** What a return pays of a new order, as `fundExchange` has found it. */
type GivenCredit = {
  price: ReturnPrice;
  fees: readonly RefundFee[];
  payment: Payment | undefined;
  funding: Funding;
  amount: number;
  refundId: string;
};

/** Has the units of a return pay for a new order: they are settled, and what that order doesn't cost goes back. */
export function giveCredit(order: LockedOrder, created: LockedOrder, aReturn: Return, given: GivenCredit): void {
  const { price, amount, funding, refundId } = given;
  const { currency } = order.row;
  addCredit(order, created, aReturn, given);
  takeMoney(order, aReturn, given);
  const units = unitsOf(price);
  settleUnits(order, aReturn, units);
  order.record('return.exchanged', {
    returnId: aReturn.id,
    newOrderId: created.id,
    amount,
    currency,
    refundId: funding.refunded > 0 ? refundId : null,
    lines: units.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
  });
  endReturnAttention(order);
}

function addCredit(
  order: LockedOrder,
  created: LockedOrder,
  { id: returnId }: Return,
  { price, fees, payment, funding, amount }: GivenCredit,
): void {
  const { id: orderId, now } = created;
  const none = { passedOnAmount: 0, returnedAmount: 0, settledAmount: 0 };
  const parts = funding.passedOn.map((one) => ({ paymentId: one.part.paymentId, amount: one.amount }));
  if (payment && funding.credited > 0) parts.push({ paymentId: payment.id, amount: funding.credited });
  created.addCredit(
    {
      orderId,
      returnId,
      returnOrderId: order.id,
      status: 'RESERVED',
      amount,
      currency: order.row.currency,
      lines: unitsOf(price),
      fees: fees.length > 0 ? [...fees] : null,
      dueAt: null,
      createdAt: now,
      updatedAt: now,
    },
    parts.map((part) => ({ orderId, ...part, ...none })),
  );
}

/** Takes the money of the new order out of the old order's balance, and gives back what is left. */
function takeMoney(order: LockedOrder, { id: returnId }: Return, { payment, funding, refundId }: GivenCredit): void {
  const { credited, refunded, creditReturned } = funding;
  for (const { part, amount } of funding.passedOn)
    order.setCreditPart({ ...part, passedOnAmount: part.passedOnAmount + amount });
  if (payment) {
    const taken = { ...payment, creditedAmount: payment.creditedAmount + credited, updatedAt: order.now };
    if (credited > 0) order.setPayment(taken);
    if (refunded > 0) requestRefund(order, taken, { id: refundId, amount: refunded, reason: 'requested', returnId });
  }
  returnCredit(order, creditReturned);
}
