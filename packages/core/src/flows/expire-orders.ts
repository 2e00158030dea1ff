import type { Transaction } from '../database/transaction.ts';
import { moveOrder } from '../order/order.ts';
import { lockOverdueOrders } from '../order/order-repository.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { demandOf, OrderWork, type OrderUnit } from './order-work.ts';

/**
 * Expires up to `limit` orders whose hold has passed by the database's clock, and lets go of their stock. An order whose
 * payment is under review stays: money has come for it, and a person decides. Answers how many were looked at.
 */
export async function expireOrders(tx: Transaction, limit: number, policy: { holdMs: number }): Promise<number> {
  await tx.began;
  const overdue = await lockOverdueOrders(tx, limit);
  const work = await OrderWork.around(tx, overdue.map(({ id }) => id), Promise.resolve(overdue));
  await work.lockStocksOf(({ order }) => order.reservationStatus === 'HELD');
  for (const unit of work.units.values()) {
    const underReview = unit.payments.some(({ status }) => status === 'REVIEW');
    if (underReview) extend(work, unit, policy.holdMs);
    else expire(work, unit);
  }
  work.write();
  return overdue.length;
}

function extend(work: OrderWork, unit: OrderUnit, holdMs: number): void {
  work.setOrder(unit, { ...unit.order, holdUntil: new Date(work.now.getTime() + holdMs), updatedAt: work.now });
}

function expire(work: OrderWork, unit: OrderUnit): void {
  const { order } = unit;
  if (order.reservationStatus === 'HELD') work.moveStock('release', demandOf(unit), order.id);
  work.setOrder(unit, moveOrder(order, 'EXPIRED', work.now));
  work.tell(unit, 'order.expired', { from: order.status });
  cancelLiveAttempts(work, unit);
}
