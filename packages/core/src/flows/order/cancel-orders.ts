import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { canTransition, transitionOrder } from '../../order/order.ts';
import { paysForOrder } from '../../payment/payment.ts';
import { transitionShipment } from '../../shipping/shipment.ts';
import { cancelLiveAttempts } from '../payment/cancel-live-attempts.ts';
import { demandOf, unshippedOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { ownUnit } from './own-unit.ts';
import type { PlacedOrder } from './place-orders.ts';
import { requestMoneyBack } from '../refund/request-refunds.ts';

/** An order to cancel; with `customerId` only that customer's. */
export type CancelOrderCommand = { orderId: string; customerId?: string | undefined };

/**
 * Cancels orders. One that waits for its money lets go of its stock and its live attempts; a paid one of which nothing
 * has shipped is restocked and its money goes back.
 * @returns the order in CANCELED · refusals: order_not_found, invalid_transition (also: something has shipped)
 */
export async function cancelOrders(
  tx: Transaction,
  commands: readonly CancelOrderCommand[],
): Promise<Outcome<PlacedOrder>[]> {
  const work = await UnitOfWork.lock(
    tx,
    commands.map(({ orderId }) => orderId),
    { shipments: true, stocks: true },
  );
  const outcomes = commands.map((command): Outcome<PlacedOrder> => {
    const unit = ownUnit(work, command);
    if (!unit) return refused(new CommerceError('order_not_found', 'no such order'));
    const { status } = unit.order;
    const hasShipped = unit.order.fulfillmentStatus !== 'UNFULFILLED';
    if (hasShipped || !canTransition(status, 'CANCELED'))
      return refused(invalidTransition('order', status, 'CANCELED'));
    cancel(work, unit);
    return accepted({ ...unit.order, lines: unit.lines });
  });
  work.write();
  return outcomes;
}

function cancel(work: UnitOfWork, unit: LockedOrder): void {
  const { order } = unit;
  if (order.reservationStatus === 'HELD') work.moveStock('release', demandOf(unit), order.id);
  if (order.reservationStatus === 'COMMITTED') work.moveStock('restock', unshippedOf(unit), order.id);
  work.setOrder(unit, transitionOrder(order, 'CANCELED', work.now));
  work.tell(unit, 'order.canceled', { from: order.status });
  for (const shipment of unit.shipments.filter(({ status }) => status === 'READY')) {
    work.setShipment(unit, transitionShipment(shipment, 'CANCELED', work.now));
    work.tell(unit, 'shipment.canceled', { shipmentId: shipment.id });
  }
  cancelLiveAttempts(work, unit);
  const settling = unit.payments.find(paysForOrder);
  if (settling) requestMoneyBack(work, unit, settling, 'order_canceled');
}
