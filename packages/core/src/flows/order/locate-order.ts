import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { belongsTo } from '../../order/guest.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Finds the locked order that a command names. With `customerId`, an order of another customer counts as unknown.
 * @returns the order · refusals: order_not_found
 */
export function locateOrder(
  work: UnitOfWork,
  { orderId, customerId }: { orderId: string; customerId?: string | undefined },
): Outcome<LockedOrder> {
  const order = work.orders.get(orderId);
  if (order && belongsTo(order.row, customerId)) return accepted(order);
  return refused(new CommerceError('order_not_found', 'no such order'));
}
