import { findProductId } from '../../catalog/product-repository.ts';
import type { KeysetRequest } from '../../database/keyset.ts';
import type { Reader } from '../../database/page.ts';
import type { Order } from '../../order/order.ts';
import { isScattered } from '../../order-list/order-filters.ts';
import type { OrderFilter } from '../../order-list/order-list-input.ts';
import {
  fewHaveStatuses,
  fewIds,
  listAmong,
  listInWindow,
  listOrders as listFound,
  listRareOrders,
} from '../../order-list/order-list-repository.ts';

/** Lists orders without their lines. A SKU that no product has matches no order. */
export async function listOrders(reader: Reader, filter: OrderFilter, request: KeysetRequest): Promise<Order[]> {
  const known = await withProductOfSku(reader, filter);
  return known ? readOrders(reader, known, request) : [];
}

/** The filter with the id of the product that its SKU names; undefined when no order can match it. */
export async function withProductOfSku(reader: Reader, filter: OrderFilter): Promise<OrderFilter | undefined> {
  const { sku, productId } = filter;
  if (sku === undefined) return filter;
  // The planner knows how many orders have this product when it gets the id itself.
  const ofSku = await findProductId(reader, sku);
  if (ofSku === undefined || (productId !== undefined && productId !== ofSku)) return undefined;
  return { ...filter, productId: ofSku };
}

const windowSize = 5_000;
/** Looked at before an index is read whole: in a large shop, all orders of some days may not match yet. */
const largeWindowSizes = [25_000, 125_000];

/**
 * Where the planner can't know which index is the best, the next orders of the sort are looked at first: a filter that
 * many orders match ends there. A filter that few orders match is read by its own index.
 */
async function readOrders(reader: Reader, filter: OrderFilter, request: KeysetRequest): Promise<Order[]> {
  if (!isScattered(filter)) return listFound(reader, filter, request);
  const next = await listInWindow(reader, filter, request, windowSize);
  if (next.length === request.limit) return next;
  const ids = await fewIds(reader, filter);
  if (ids) return listAmong(reader, ids, filter, request);
  if (await fewHaveStatuses(reader, filter)) return listRareOrders(reader, filter, request);
  for (const size of largeWindowSizes) {
    const more = await listInWindow(reader, filter, request, size);
    if (more.length === request.limit) return more;
  }
  return listRareOrders(reader, filter, request);
}
