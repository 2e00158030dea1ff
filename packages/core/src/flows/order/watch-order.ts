import type { Reader } from '../../database/page.ts';
import { read } from '../../database/transaction.ts';
import type { EventTail } from '../../events/event-tail.ts';
import type { PlacedOrder } from './place-orders.ts';
import { readHistoryItems, readOrder, type HistoryItem, type OrderRef } from './read-orders.ts';

/**
 * An order as it is now, and its events since the version that the caller had seen; none in the first change of a
 * caller that had seen none.
 */
export type OrderChange = { order: PlacedOrder; events: HistoryItem[] };

// An order has a dozen events; of more events in a single step, the caller gets the first ones.
const eventsMax = 500;

/**
 * Yields an order as it is now, unless the caller has seen it, and again each time when it has changed, until the
 * signal aborts.
 * @param seen the version that the caller has seen last
 * @throws order_not_found when there is no such order
 * @throws database_unavailable when the database can't be reached
 */
export async function* watchOrder(
  reader: Reader,
  tail: EventTail,
  ref: OrderRef,
  seen: number | undefined,
  signal?: AbortSignal,
): AsyncGenerator<OrderChange, void, undefined> {
  const unfollow = await read(async () => tail.follow());
  let next: ReturnType<EventTail['nextOf']> | undefined;
  const stop = () => next?.stop();
  signal?.addEventListener('abort', stop);
  try {
    while (!signal?.aborted) {
      // Before the order is read: an event that becomes visible meanwhile must wake this loop.
      next = tail.nextOf(ref.orderId);
      const known = seen;
      const change = await read(async () => readChange(reader, ref, known));
      if (change.order.version !== seen) {
        yield change;
        seen = change.order.version;
      }
      await next.happened;
      next.stop();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    unfollow();
  }
}

async function readChange(reader: Reader, ref: OrderRef, seen: number | undefined): Promise<OrderChange> {
  const order = await readOrder(reader, ref);
  if (seen === undefined || order.version <= seen) return { order, events: [] };
  const events = await readHistoryItems(reader, ref, seen, eventsMax);
  return { order, events: events.filter(({ version }) => version <= order.version) };
}
