import type { Transaction } from '@commerce-core/pg-pipeline';
import { decided, invalidTransition, type Outcome } from '../../errors.ts';
import { canTransition } from '../../order/order.ts';
import { paysForOrder } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { cancelLiveAttempts } from '../payment/cancel-live-attempts.ts';
import { creditLeft, returnCredit } from '../credit/return-credit.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';
import { locateOrder } from './locate-order.ts';
import type { PlacedOrder } from './place-orders.ts';

/**
 * An order to cancel. With `customerId`, only an order of that customer; with `expectedVersion`, only with this
 * version.
 */
export type CancelOrderCommand = {
  orderId: string;
  customerId?: string | undefined;
  expectedVersion?: number | undefined;
};

/**
 * Cancels orders. An unpaid order releases its stock and cancels its live attempts to pay. A paid order that hasn't
 * shipped is restocked, and a refund of its payment is requested.
 * @returns the order in CANCELED · refusals: order_not_found, order_changed, invalid_transition (also when something
 * has shipped)
 */
export async function cancelOrders(
  tx: Transaction,
  commands: readonly CancelOrderCommand[],
): Promise<Outcome<PlacedOrder>[]> {
  const orderIds = commands.map(({ orderId }) => orderId);
  const work = await UnitOfWork.lock(tx, {
    orderIds,
    money: true,
    credits: true,
    shipments: true,
    stocks: 'all',
  });
  const outcomes = commands.map((command): Outcome<PlacedOrder> => {
    const located = locateOrder(work, command);
    if (!located.ok) return located;
    const order = located.value;
    return decided(() => {
      order.requireVersion(command.expectedVersion);
      const { fulfillmentStatus } = order.row;
      if (fulfillmentStatus !== 'UNFULFILLED') throw invalidTransition('order', fulfillmentStatus, 'CANCELED');
      if (!canTransition(order.status, 'CANCELED')) throw invalidTransition('order', order.status, 'CANCELED');
      cancelOrder(order);
      return order.placed();
    });
  });
  work.write();
  return outcomes;
}

/**
 * Cancels an order of which nothing has shipped, and that may become CANCELED. `reason` is what an operator
 * gave.
 */
export function cancelOrder(order: LockedOrder, reason?: string): void {
  const from = order.status;
  order.releaseStock();
  if (order.row.reservationStatus === 'COMMITTED') order.restock(order.unshippedLines(), order.id);
  order.transition('CANCELED');
  order.record('order.canceled', { from, ...(reason !== undefined && { reason }) });
  order.cancelReadyShipments();
  cancelLiveAttempts(order);
  order.clearAttention('authorization_lost');
  const paying = order.payments.find(paysForOrder);
  if (paying) requestMoneyBack(order, paying, 'order_canceled');
  if (from === 'PAID') returnCredit(order, creditLeft(order));
  else order.endCreditReservation('RELEASED');
}
