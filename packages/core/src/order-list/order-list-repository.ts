import { and, sql, type SQL } from 'drizzle-orm';
import { anyOf } from '@commerce-core/pg-pipeline';
import { inOrder, isBehind, type KeysetRequest, type KeysetSort, type SortKey } from '../database/keyset.ts';
import type { Reader } from '../database/page.ts';
import type { Order } from '../order/order.ts';
import { orders } from '../order/tables.ts';
import { idBounds, orderConditions, orderIdQueries } from './order-filters.ts';
import type { OrderFilter, OrderSort } from './order-list-input.ts';

// Ids are in the order of creation.
const byCreation = { by: [sql`${orders.id}`], types: ['uuid'] };
const byUpdate = { by: [sql`${orders.updatedAt}`, sql`${orders.id}`], types: ['timestamptz', 'uuid'] };

const sorts: Record<OrderSort, KeysetSort> = {
  '-createdAt': { ...byCreation, descending: true },
  createdAt: { ...byCreation, descending: false },
  '-updatedAt': { ...byUpdate, descending: true },
  updatedAt: { ...byUpdate, descending: false },
};

/** The values that an order is sorted by. */
export const orderKey = ({ id, updatedAt }: Order, { sort }: Pick<OrderFilter, 'sort'>): SortKey =>
  sorts[sort].by.length === 1 ? [id] : [updatedAt.toISOString(), id];

const page = (reader: Reader, sort: KeysetSort, condition: SQL | undefined, limit: number) =>
  reader
    .select()
    .from(orders)
    .where(condition)
    .orderBy(...inOrder(sort))
    .limit(limit);

/** Orders without their lines, as the planner finds them best. */
export async function listOrders(
  reader: Reader,
  filter: OrderFilter,
  { after, limit }: KeysetRequest,
): Promise<Order[]> {
  const sort = sorts[filter.sort];
  return page(reader, sort, and(orderConditions(filter), isBehind(sort, after)), limit);
}

/** How many orders `listFirstOrders` looks at. */
const windowSize = 5_000;

/** Those of the next 5,000 orders of the sort that match: always at about the same cost. */
export async function listFirstOrders(
  reader: Reader,
  filter: OrderFilter,
  { after, limit }: KeysetRequest,
): Promise<Order[]> {
  const sort = sorts[filter.sort];
  const next = reader
    .select({ id: orders.id })
    .from(orders)
    .where(and(idBounds(filter), isBehind(sort, after)))
    .orderBy(...inOrder(sort))
    .limit(windowSize);
  return page(
    reader,
    sort,
    and(sql`${orders.id} = any(array(${next}))`, orderConditions(filter, { atEach: true })),
    limit,
  );
}

/** How many ids `fewIds` returns at most. */
const fewMax = 10_000;

/** The ids of all orders that match a part of the filter which few orders match; undefined when each part has many. */
export async function fewIds(reader: Reader, filter: OrderFilter): Promise<string[] | undefined> {
  for (const query of orderIdQueries(filter, fewMax + 1)) {
    const { rows } = await reader.execute<{ id: string }>(query);
    if (rows.length <= fewMax) return [...new Set(rows.map(({ id }) => id))];
  }
  return undefined;
}

/** Those of few orders that match. */
export async function listAmong(
  reader: Reader,
  ids: readonly string[],
  filter: OrderFilter,
  { after, limit }: KeysetRequest,
): Promise<Order[]> {
  const sort = sorts[filter.sort];
  const conditions = orderConditions(filter, { atEach: true });
  return page(reader, sort, and(anyOf(orders.id, ids), conditions, isBehind(sort, after)), limit);
}

/**
 * The orders that match, where neither the next 5,000 orders nor few ids contain the page. Behind `offset 0` the planner
 * doesn't know of the sort: it takes the index that selects the fewest orders.
 */
export async function listRareOrders(
  reader: Reader,
  filter: OrderFilter,
  { after, limit }: KeysetRequest,
): Promise<Order[]> {
  const sort = sorts[filter.sort];
  const matching = sql`select ${orders.id}, ${orders.updatedAt} from ${orders}
    where ${and(orderConditions(filter), isBehind(sort, after))} offset 0`;
  const direction = sql.raw(sort.descending ? 'desc' : 'asc');
  const order = filter.sort.endsWith('updatedAt')
    ? sql`f.updated_at ${direction}, f.id ${direction}`
    : sql`f.id ${direction}`;
  const ids = sql`array(select f.id from (${matching}) f order by ${order} limit ${limit})`;
  return page(reader, sort, sql`${orders.id} = any(${ids})`, limit);
}
