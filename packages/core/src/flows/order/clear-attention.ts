import type { Transaction } from '@commerce-core/pg-pipeline';
import { unwrap } from '../../errors.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from './locate-order.ts';
import type { PlacedOrder } from './place-orders.ts';

/**
 * Clears every reason for which an order needs an operator's attention: an operator has handled them. An order without
 * such a reason stays as it is.
 * @throws order_not_found when there is no such order
 */
export async function clearAttention(tx: Transaction, { orderId }: { orderId: string }): Promise<PlacedOrder> {
  const work = await UnitOfWork.lock(tx, { orderIds: [orderId] });
  const order = unwrap(locateOrder(work, { orderId }));
  for (const reason of order.row.attentionReasons ?? []) order.clearAttention(reason);
  work.write();
  return order.placed();
}
