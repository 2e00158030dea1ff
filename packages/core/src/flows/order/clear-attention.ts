import type { Transaction } from '@commerce-core/pg-pipeline';
import { CommerceError } from '../../errors.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import type { PlacedOrder } from './place-orders.ts';

/** An operator has looked at an order and settled what it asked for. Clear already: nothing happens. @throws order_not_found */
export async function clearAttention(tx: Transaction, { orderId }: { orderId: string }): Promise<PlacedOrder> {
  const work = await UnitOfWork.lock(tx, [orderId]);
  const unit = work.units.get(orderId);
  if (!unit) throw new CommerceError('order_not_found', 'no such order');
  for (const reason of unit.order.attentionReasons ?? []) work.clearAttention(unit, reason);
  work.write();
  return { ...unit.order, lines: unit.lines };
}
