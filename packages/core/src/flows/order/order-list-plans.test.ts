import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listOrdersInput, type OrderFilter } from '../../order-list/order-list-input.ts';
import { attentionReasons, fulfillmentStatuses, orderStatuses } from '../../order/order.ts';
import { paymentStatuses } from '../../payment/payment.ts';
import { addLongLists } from '../../testing/rows/long-lists.ts';
import { listOrders } from './list-orders.ts';
import { costOfList } from '../../testing/list-cost.ts';
import { openTestDatabase, type TestDatabase } from '../../testing/test-database.ts';

const orders = 200_000;
const limit = 51;
// Two windows of 25,000 rows in all, and rare orders.
const rowsMax = 60_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await addLongLists(database, orders);
}, 240_000);
afterAll(() => database.drop());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const productId = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** Values of every filter: frequent ones, rare ones and ones without any order. A filter that is missing fails. */
const values: Record<string, readonly unknown[]> = {
  status: orderStatuses,
  fulfillmentStatus: fulfillmentStatuses,
  paymentStatus: paymentStatuses,
  attentionReason: attentionReasons,
  needsAttention: [true],
  customerId: ['customer-7', 'customer-none'],
  email: ['user7@example.com', 'none@example.com'],
  // Products in 8 % of all orders, in one of 1,000, and in none.
  productId: [productId(0), productId(901), productId(999_999)],
  sku: ['SKU-000000', 'SKU-000901', 'none'],
  reference: ['R-4000', 'none'],
  trackingNumber: ['JD5000', 'none'],
  minTotalAmount: [1_000, 850_000, 10_000_000],
  maxTotalAmount: [1_000_000, 1_100, 10],
  createdFrom: [daysAgo(300), daysAgo(1), daysAgo(-1)],
  createdTo: [daysAgo(0), daysAgo(300), daysAgo(1_000)],
  paidFrom: [daysAgo(300), daysAgo(1), daysAgo(-1)],
  paidTo: [daysAgo(0), daysAgo(300), daysAgo(1_000)],
  shippedFrom: [daysAgo(300), daysAgo(10), daysAgo(-1)],
  shippedTo: [daysAgo(0), daysAgo(300), daysAgo(1_000)],
  // A word of one order in eight, of few orders, and of none.
  q: ['kim', 'user7', 'r-4000', 'kim last77', 'nobody'],
};

const filters = Object.keys(listOrdersInput.shape).filter((name) => !['cursor', 'limit', 'sort'].includes(name));
const input = (given: object): OrderFilter => {
  const { cursor: _, limit: __, ...filter } = listOrdersInput.parse(given);
  return filter;
};

/**
 * A list reads what it returns, a window of the sort, or what a rare filter selects; never a large part of the orders.
 */
async function tooExpensive(filter: OrderFilter, after?: readonly string[]): Promise<string[]> {
  const { rows, pages, scans } = await costOfList(database, async (db) => listOrders(db, filter, { after, limit }));
  return [
    ...scans.map((text) => `scans a table: ${text}`),
    ...(rows > rowsMax ? [`reads ${rows} rows`] : []),
    ...(pages > rowsMax * 3 ? [`reads ${pages} pages`] : []),
  ];
}

test('each filter of the list has values in this test', () => {
  expect(filters.toSorted()).toEqual(Object.keys(values).toSorted());
});

const single = filters.flatMap((name) => (values[name] ?? []).map((value) => [name, value] as const));

describe.each(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'] as const)('sorted by %s', (sort) => {
  // From the oldest on, orders that were paid or shipped after a time can be any of them: all of the range are read.
  const isRange = ([name, value]: readonly [string, unknown]) =>
    !sort.startsWith('-') && /^(paid|shipped)From$/.test(name) && value === values[name]?.[0];

  test.each(single.filter((one) => !isRange(one)))('the filter %s with %s reads few rows', async (name, value) => {
    expect(await tooExpensive(input({ [name]: value, sort }))).toEqual([]);
  });

  test('the list without a filter reads its page, also behind a cursor', async () => {
    expect(await tooExpensive(input({ sort }))).toEqual([]);
    const { rows } = await database.pool.query(
      `select id, updated_at from commerce.orders order by updated_at offset ${orders / 2} limit 1`,
    );
    const { id, updated_at: updatedAt } = rows[0];
    expect(
      await tooExpensive(input({ sort }), sort.endsWith('createdAt') ? [id] : [updatedAt.toISOString(), id]),
    ).toEqual([]);
  });
});

const typical = { status: 'PAID', fulfillmentStatus: 'SHIPPED', createdFrom: daysAgo(30) };
const pairs = Object.entries(typical).flatMap(([name, value]) =>
  single
    // A paid order whose attempt was canceled exists hardly ever: both conditions have many orders, and few have both.
    .filter(([other, otherValue]) => other !== name && (name === 'createdFrom' || otherValue !== 'CANCELED'))
    .map(([other, otherValue]) => [{ [name]: value, [other]: otherValue }] as const),
);

test.each(pairs)('the pair %j reads few rows', async (filter) => {
  expect(await tooExpensive(input(filter))).toEqual([]);
});

test.each<Partial<OrderFilter>>([
  { status: 'PAID', fulfillmentStatus: 'UNFULFILLED' },
  { status: 'PAID', fulfillmentStatus: 'UNFULFILLED', sort: 'createdAt' },
  { fulfillmentStatus: 'DELIVERED', sort: '-updatedAt' },
  { status: 'PAID', fulfillmentStatus: 'UNFULFILLED', minTotalAmount: 850_000 },
  { productId: productId(0), status: 'PAYMENT_FAILED' },
  { email: 'user7@example.com', status: 'EXPIRED' },
])('the filters %j read few rows', async (filter) => {
  expect(await tooExpensive(input(filter))).toEqual([]);
});
