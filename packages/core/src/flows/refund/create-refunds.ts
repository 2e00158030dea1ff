import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, decided, refused, unwrap, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { isLost, paysForOrder, type Payment } from '../../payment/payment.ts';
import type { Refund, RefundReason } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from '../order/locate-order.ts';
import { exceedsBalance } from './exceeds-balance.ts';
import { priceLines } from './price-lines.ts';
import { refundableAmount, type RefundDecision } from './refundable.ts';
import { isOwed, requestRefund, requestWholeRefund } from './request-refunds.ts';
import { restockLines } from './restock-lines.ts';

/**
 * A refund of an order. The caller makes `id` before the transaction. `amount` is in minor units. With `lines` the
 * refund is for those units, and `amount` defaults to what was paid for them; without both it is the whole balance.
 * `paymentId` defaults to the payment that pays for the order. It may name a payment whose own refund has failed.
 */
export type CreateRefundCommand = {
  id: string;
  orderId: string;
  paymentId?: string | undefined;
  amount?: number | undefined;
  lines?: readonly { lineNo: number; quantity: number; restock: boolean }[] | undefined;
  /** Refuses the refund when the order has another version. */
  expectedVersion?: number | undefined;
} & RefundDecision;

/** What a refund would send back, in minor units, and the version of the order for which that is so. */
export type RefundPreview = Pick<Refund, 'paymentId' | 'amount' | 'currency'> & { orderVersion: number };

/**
 * Creates refunds and reserves their balance. The gateway is called after the commit, and its events end the refunds.
 * Restocked units leave their shipment and are for sale again at once.
 * @returns the refund in REQUESTED · refusals: order_not_found, order_changed, payment_not_found, dispute_open,
 * refund_exceeds_balance (also when nothing was captured), amount_not_supported, units_not_refundable,
 * units_not_restockable (the units have shipped, or are no product)
 */
export const createRefunds =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly CreateRefundCommand[]): Promise<Outcome<Refund>[]> => {
    const work = await lockForRefunds(tx, commands);
    const outcomes = commands.map((command) => decided(() => unwrap(create(work, command, gateways))));
    work.write();
    return outcomes;
  };

/**
 * Decides refunds as `createRefunds` would, and writes nothing.
 * @returns what would go back · refusals: those of `createRefunds`
 */
export const previewRefunds =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly CreateRefundCommand[]): Promise<Outcome<RefundPreview>[]> => {
    const work = await lockForRefunds(tx, commands);
    return commands.map((command) => {
      const orderVersion = work.orders.get(command.orderId)?.row.version ?? 0;
      return decided(() => {
        const { paymentId, amount, currency } = unwrap(create(work, command, gateways));
        return { paymentId, amount, currency, orderVersion };
      });
    });
  };

const lockForRefunds = async (tx: Transaction, commands: readonly CreateRefundCommand[]): Promise<UnitOfWork> =>
  UnitOfWork.lock(tx, {
    orderIds: commands.map(({ orderId }) => orderId),
    money: true,
    refundLines: true,
    shipments: true,
    stocks: 'all',
  });

function create(
  work: UnitOfWork,
  command: CreateRefundCommand,
  gateways: ReadonlyMap<string, Gateway>,
): Outcome<Refund> {
  const { id, orderId, paymentId, despiteDispute } = command;
  const located = locateOrder(work, { orderId });
  if (!located.ok) return located;
  const order = located.value;
  order.requireVersion(command.expectedVersion);
  const payment = paymentId === undefined ? order.payments.find(paysForOrder) : order.payment(paymentId);
  if (!payment && paymentId !== undefined) return refused(new CommerceError('payment_not_found', 'no such payment'));
  if (payment?.capturedAmount === 0 && isOwed(order, payment)) return voidAgain(order, payment, command);
  const currency = payment?.currency ?? order.row.currency;
  if (payment?.surplus && command.lines) return exceedsBalance(order, payment, command);

  const priced = priceLines(
    order,
    (command.lines ?? []).map((line) => ({ ...line, refundId: id, orderId })),
  );
  if (!priced.ok) return priced;
  const { lines } = priced.value;
  const refundable = payment ? refundableAmount(order, payment, command) : 0;
  const amount = command.amount ?? (lines.length > 0 ? priced.value.amount : refundable);
  if (!payment || amount === 0 || amount > refundable)
    return exceedsBalance(order, payment, { amount: amount || undefined, despiteDispute });
  const unsupported = amountRefusalOf(gateways, payment.provider, 'refund', { amount, currency });
  if (unsupported) return refused(unsupported);
  const refund = requestRefund(order, payment, { id, amount, reason: 'requested' }, lines);
  restockLines(
    order,
    lines.filter(({ restock }) => restock),
    id,
  );
  return accepted(refund);
}

/** Requests the VOID of an uncaptured payment once more, where the gateway refused the one before. */
function voidAgain(order: LockedOrder, payment: Payment, command: CreateRefundCommand): Outcome<Refund> {
  const { id, amount, lines, despiteDispute } = command;
  // The gateway has released the authorization: nothing is left to send back.
  if (isLost(payment)) return exceedsBalance(order, payment, command);
  if (!order.standingVoidOf(payment) && amount === undefined && !lines)
    requestWholeRefund(order, payment, { id, reason: voidReason(payment), despiteDispute });
  const refund = order.refund(id);
  return refund ? accepted(refund) : exceedsBalance(order, payment, command);
}

function voidReason({ amount, reportedAmount, surplus }: Payment): RefundReason {
  if (reportedAmount === amount) return 'amount_mismatch';
  return surplus ? 'surplus' : 'order_canceled';
}
