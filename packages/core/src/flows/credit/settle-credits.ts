import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Credit, CreditPart } from '../../credit/credit.ts';
import { readDueCredits } from '../../credit/credit-repository.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { newId } from '../../ids.ts';
import { sumAmounts } from '../../money.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { contestOf } from '../refund/refundable.ts';
import { requestRefund } from '../refund/request-refunds.ts';
import { moneyParts } from '../returns/change-returns.ts';
import { unsettleUnits } from '../returns/settle-units.ts';

/**
 * Gives up to `limit` credits back where their orders don't need them any more. The credit of an order that ended
 * unpaid is released: the units of its return are owed again. What a paid order has returned is refunded to the payment
 * that it came from. The flows that decide this lock the new order alone; this one locks all orders of a credit, in
 * ascending id.
 * @returns the number of credits that were looked at
 */
export const settleCredits =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, limit: number): Promise<number> => {
    await tx.began;
    const due = await readDueCredits(tx, limit);
    if (due.length === 0) return 0;
    const orderIds = [...new Set(due.flatMap((one) => one.orderIds))];
    const work = await UnitOfWork.lock(tx, { orderIds, ...moneyParts, shipments: true });
    for (const { orderId } of due) {
      const order = work.orders.get(orderId);
      // Another process may have settled it before the lock.
      if (order?.credit?.dueAt) settle(work, order, order.credit, gateways);
    }
    work.write();
    return due.length;
  };

function settle(work: UnitOfWork, order: LockedOrder, credit: Credit, gateways: ReadonlyMap<string, Gateway>): void {
  if (credit.status === 'RELEASED') release(work, order, credit);
  else for (const part of order.creditParts) refundPart(work, order, { credit, part, gateways });
  order.setCredit({ ...credit, dueAt: null, updatedAt: order.now });
}

/** Undoes a credit: its money is the returned order's again, and the units of the return are owed again. */
function release(work: UnitOfWork, order: LockedOrder, { returnId, returnOrderId, lines, currency }: Credit): void {
  const returned = required(work.orders.get(returnOrderId), returnOrderId);
  const parts = order.creditParts.filter(({ amount, settledAmount }) => settledAmount < amount);
  for (const part of parts) {
    giveBack(returned, part);
    order.setCreditPart({ ...part, returnedAmount: part.amount, settledAmount: part.amount });
  }
  const aReturn = required(
    returned.returns.find(({ id }) => id === returnId),
    returnId,
  );
  unsettleUnits(returned, aReturn, lines);
  const amount = sumAmounts(parts.map((part) => part.amount));
  returned.record('return.credit_released', { returnId, newOrderId: order.id, amount, currency });
  // The customer waits for what the return is worth, and an operator decides how they get it.
  if (aReturn.status === 'RECEIVED') returned.raiseAttention('return_refund_due');
}

/** Gives a part of a credit back to where the returned order had it from: its payment, or its own credit. */
function giveBack(returned: LockedOrder, { paymentId, amount }: CreditPart): void {
  const payment = returned.payment(paymentId);
  if (payment)
    return returned.setPayment({
      ...payment,
      creditedAmount: payment.creditedAmount - amount,
      updatedAt: returned.now,
    });
  const own = required(
    returned.creditParts.find((part) => part.paymentId === paymentId),
    paymentId,
  );
  returned.setCreditPart({ ...own, passedOnAmount: own.passedOnAmount - amount });
}

type DuePart = { credit: Credit; part: CreditPart; gateways: ReadonlyMap<string, Gateway> };

/** Refunds what a paid order has returned of a part of its credit. */
function refundPart(work: UnitOfWork, order: LockedOrder, { credit, part, gateways }: DuePart): void {
  const amount = part.returnedAmount - part.settledAmount;
  if (amount === 0) return;
  order.setCreditPart({ ...part, settledAmount: part.returnedAmount });
  const paid = required(
    [...work.orders.values()].find((one) => one.payment(part.paymentId)),
    part.paymentId,
  );
  const payment = paid.paymentOf(part);
  const freed = { ...payment, creditedAmount: payment.creditedAmount - amount, updatedAt: paid.now };
  paid.setPayment(freed);
  const isHeld =
    contestOf(paid, payment) ||
    amountRefusalOf(gateways, payment.provider, 'refund', { amount, currency: payment.currency });
  const refundId = isHeld ? null : newId();
  if (refundId === null) paid.raiseAttention('refund_failed');
  else requestRefund(paid, freed, { id: refundId, amount, reason: 'requested' });
  const { returnId, currency } = credit;
  paid.record('return.credit_refunded', { returnId, newOrderId: order.id, amount, currency, refundId });
}

function required<T>(value: T | undefined, id: string): T {
  if (value !== undefined) return value;
  throw new Error(`the credit names ${id}, which is not locked`);
}
