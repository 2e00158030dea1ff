import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, type Outcome } from '../../errors.ts';
import { insertOrderNotes } from '../../order/order-note-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locateOrder } from './locate-order.ts';
import type { PlacedOrder } from './place-orders.ts';

/** A note about an order. The caller makes `id` before the transaction. */
export type NoteOrderCommand = { id: string; orderId: string; text: string };

/**
 * Keeps notes about orders. The event log gets their ids, and never their texts, which may name people.
 * @returns the order · refusals: order_not_found
 */
export async function noteOrders(
  tx: Transaction,
  commands: readonly NoteOrderCommand[],
): Promise<Outcome<PlacedOrder>[]> {
  const work = await UnitOfWork.lock(tx, { orderIds: commands.map(({ orderId }) => orderId) });
  const outcomes = commands.map(({ id, orderId, text }): Outcome<PlacedOrder> => {
    const located = locateOrder(work, { orderId });
    if (!located.ok) return located;
    const order = located.value;
    insertOrderNotes(tx, [{ id, orderId, text, createdAt: work.now }]);
    order.record('order.noted', { noteId: id });
    return accepted(order.placed());
  });
  work.write();
  return outcomes;
}
