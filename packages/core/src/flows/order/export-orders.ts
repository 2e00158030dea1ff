import type { Reader } from '../../database/page.ts';
import { read } from '../../database/transaction.ts';
import { partsOf, wholeList } from '../../database/whole-list.ts';
import type { Order } from '../../order/order.ts';
import { isScattered } from '../../order-list/order-filters.ts';
import type { OrderFilter } from '../../order-list/order-list-input.ts';
import {
  fewIds,
  listAmong,
  listOrders as listFound,
  listOrdersOfWindow,
  orderKey,
} from '../../order-list/order-list-repository.ts';
import { withProductOfSku } from './list-orders.ts';

/** Reads all orders that match, without their lines, up to 5,000 at once. For sorts by creation. */
export async function* exportOrders(reader: Reader, given: OrderFilter): AsyncGenerator<Order[], void, undefined> {
  const filter = await read(async () => withProductOfSku(reader, given));
  if (!filter) return;
  const readPart = await read(async () => partReader(reader, filter));
  yield* wholeList(async (after) => read(async () => readPart(after)));
}

/**
 * Where no index is in the order of the sort, all orders are looked at, 5,000 after 5,000. The pages of a list would
 * look at all that match for each page.
 */
async function partReader(reader: Reader, filter: OrderFilter) {
  const keyOf = (order: Order) => orderKey(order, filter);
  if (!isScattered(filter)) return partsOf(async (request) => listFound(reader, filter, request), keyOf);
  const ids = await fewIds(reader, filter);
  return ids
    ? partsOf(async (request) => listAmong(reader, ids, filter, request), keyOf)
    : async (after: Parameters<typeof listOrdersOfWindow>[2]) => listOrdersOfWindow(reader, filter, after);
}
