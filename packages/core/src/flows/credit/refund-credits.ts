import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError, decided, unwrap, type Outcome } from '../../errors.ts';
import { paysForOrder } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { refundableAmount } from '../refund/refundable.ts';
import { locateOrder } from '../order/locate-order.ts';
import { creditView, type CreditView } from './credit-view.ts';
import { creditLeft, returnCredit } from './return-credit.ts';

/** A part of a paid order's credit to give back, in minor units; by default all that the order still uses. */
export type RefundCreditCommand = { orderId: string; amount?: number | undefined };

/**
 * Gives parts of credits back without units, as an operator decides. A job refunds them to the payments that they came
 * from.
 * @returns the credit · refusals: order_not_found, refund_exceeds_balance (less of the credit is left, the order
 * isn't PAID, or its own money has to go back first)
 */
export async function refundCredits(
  tx: Transaction,
  commands: readonly RefundCreditCommand[],
): Promise<Outcome<CreditView>[]> {
  const orderIds = commands.map(({ orderId }) => orderId);
  const work = await UnitOfWork.lock(tx, { orderIds, money: true, credits: true });
  const outcomes = commands.map((command) =>
    decided(() => {
      const order = unwrap(locateOrder(work, command));
      return refund(order, command.amount ?? creditLeft(order));
    }),
  );
  work.write();
  return outcomes;
}

function refund(order: LockedOrder, amount: number): CreditView {
  const payment = order.payments.find(paysForOrder);
  const hasOwnMoney =
    payment !== undefined &&
    (payment.status === 'AUTHORIZED' || refundableAmount(order, payment, { despiteDispute: true }) > 0);
  const left = order.status === 'PAID' && !hasOwnMoney && !order.hasLostItsMoney() ? creditLeft(order) : 0;
  if (amount > 0 && amount <= left) returnCredit(order, amount);
  else {
    const message = hasOwnMoney
      ? "the order's own money goes back first (refund.create)"
      : 'the amount is more than the order uses of a credit';
    const details = { refundableAmount: left, currency: order.row.currency, uncapturedPaymentId: null };
    throw new CommerceError('refund_exceeds_balance', message, details);
  }
  const { credit } = order;
  if (credit) return creditView(credit, order.creditParts);
  throw new Error(`order ${order.id} has given back a credit that it does not have`);
}
