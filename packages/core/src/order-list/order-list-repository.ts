import { and, getTableColumns, sql, type SQL } from 'drizzle-orm';
import { anyOf } from '@commerce-core/pg-pipeline';
import { inOrder, isBehind, type KeysetRequest, type KeysetSort, type SortKey } from '../database/keyset.ts';
import type { Reader } from '../database/page.ts';
import type { Order } from '../order/order.ts';
import { orders } from '../order/tables.ts';
import { idBounds, orderConditions, orderIdQueries, statusConditions, walkOf } from './order-filters.ts';
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

/**
 * Those of the next `size` rows behind the cursor that match: at a cost that the size bounds. It ends when the page is
 * full.
 */
export async function listInWindow(
  reader: Reader,
  filter: OrderFilter,
  { after, limit }: KeysetRequest,
  size: number,
): Promise<Order[]> {
  const { orderId, bounds, isMatch, others } = walkOf(filter);
  const sort = sorts[filter.sort];
  const walked = filter.sort.endsWith('updatedAt') ? sort : { ...sort, by: [sql`${orderId}`] };
  // The last key is the order's id.
  const keys = walked.by.map((_, index) => `key_${index}`);
  const keysOf = (table: string) => keys.map((key) => sql.raw(`${table}.${key}`));
  const selected = walked.by.map((column, index) => sql`${column} as ${sql.raw(keys[index] ?? '')}`);
  // The planner takes no condition into a query with a limit, so the rows are read in the order of their index.
  const rows = sql`select ${listed(selected)}, (${isMatch ?? sql`true`}) as is_match
    from ${orderId.table} where ${and(bounds, isBehind(walked, after)) ?? sql`true`}
    order by ${listed(inOrder(walked))} limit ${size}`;
  // An order has several rows in some tables.
  const found = sql`(select distinct on (${listed(keysOf('walked'))}) ${listed(keysOf('walked'))}
    from (${rows}) as walked where walked.is_match
    order by ${listed(inOrder({ ...walked, by: keysOf('walked') }))}) as found`;
  return reader
    .select(getTableColumns(orders))
    .from(orders)
    .innerJoin(found, sql`${keysOf('found').at(-1)} = ${orders.id}`)
    .where(others)
    .orderBy(...inOrder({ ...walked, by: keysOf('found') }))
    .limit(limit);
}

const listed = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `);

const windowSize = 5_000;

/**
 * Those of the next 5,000 orders of the sort that match, and where the orders behind them begin; `end` is undefined
 * behind the last order. For sorts by creation.
 */
export async function listOrdersOfWindow(
  reader: Reader,
  filter: OrderFilter,
  after: SortKey | undefined,
): Promise<{ items: Order[]; end: SortKey | undefined }> {
  const sort = sorts[filter.sort];
  const next = await reader
    .select({ id: orders.id })
    .from(orders)
    .where(and(idBounds(orders.id, filter), isBehind(sort, after)))
    .orderBy(...inOrder(sort))
    .limit(windowSize);
  const ids = next.map(({ id }) => id);
  const last = ids.at(windowSize - 1);
  return {
    items: await listAmong(reader, ids, filter, { after: undefined, limit: windowSize }),
    end: last === undefined ? undefined : [last],
  };
}

/** How many ids `fewIds` returns at most. */
const fewMax = 10_000;

/** The ids of all orders that match a part of the filter which few orders match; undefined when each part has many. */
export async function fewIds(reader: Reader, filter: OrderFilter): Promise<string[] | undefined> {
  for (const query of orderIdQueries(filter, fewMax + 1)) {
    const { rows } = await reader.execute<{ ids: string[] | null }>(
      sql`select case when count(*) <= ${fewMax} then coalesce(array_agg(distinct id), '{}') end as ids
        from (${query}) as matching`,
    );
    const ids = rows[0]?.ids;
    if (ids) return ids;
  }
  return undefined;
}

/** As many orders are sorted in about 20 ms. */
const sortedMax = 30_000;

/** Whether few orders have the statuses that the filter asks for; false when it asks for none. */
export async function fewHaveStatuses(reader: Reader, filter: OrderFilter): Promise<boolean> {
  const isMatch = statusConditions(filter);
  if (!isMatch) return false;
  const some = sql`select from ${orders} where ${isMatch} limit ${sortedMax + 1}`;
  const { rows } = await reader.execute<{ few: boolean }>(
    sql`select count(*) <= ${sortedMax} as few from (${some}) as matching`,
  );
  return rows[0]?.few === true;
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
 * The orders that match, where neither the next rows nor few ids contain the page. Behind `offset 0` the planner
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
