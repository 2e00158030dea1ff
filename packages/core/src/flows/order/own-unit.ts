import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** The locked order that a command names; undefined when there is none, or it is another customer's. */
export function ownUnit(
  work: UnitOfWork,
  { orderId, customerId }: { orderId: string; customerId?: string | undefined },
): LockedOrder | undefined {
  const unit = work.units.get(orderId);
  return customerId === undefined || unit?.order.customerId === customerId ? unit : undefined;
}
