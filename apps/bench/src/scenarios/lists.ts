import { connect, createCommerce, type Commerce } from '@commerce-core/core';
import { addLongLists } from '@commerce-core/core/testing';
import { spreadOf } from '../report/spread.ts';
import { goalOf, type Bench, type Outcome, type Scenario, type Series } from './scenario.ts';

const callsMax = 1_000;
const listGoalMs = 20;
/** A year has 35,040 quarters of an hour, which become days. */
const reportGoalMs = 100;
const salesOfYear = 'sales of a year';

type ListOrders = NonNullable<Parameters<Commerce['listOrders']>[0]>;
type List = { label: string; call: (commerce: Commerce) => Promise<unknown> };

const below = (max: number): number => Math.floor(Math.random() * max);
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const productId = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const one = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];

const ofOrders = (label: string, input: () => ListOrders): List => ({
  label,
  call: async (commerce) => commerce.listOrders(input()),
});

/** Lists of a shop with so many orders, with other values in each call. */
const listsOf = (orders: number): readonly List[] => [
  ofOrders('no filter', () => ({})),
  ofOrders('oldest first', () => ({ sort: 'createdAt' })),
  ofOrders('last changed', () => ({ sort: '-updatedAt' })),
  ofOrders('status', () => ({ status: one(['PAID', 'EXPIRED', 'CANCELED', 'PAYMENT_FAILED', 'CREATED']) })),
  ofOrders('fulfillment', () => ({ fulfillmentStatus: one(['SHIPPED', 'DELIVERED', 'RETURNED', 'UNFULFILLED']) })),
  ofOrders('to pack', () => ({ status: 'PAID', fulfillmentStatus: 'UNFULFILLED', sort: 'createdAt' })),
  ofOrders('payment', () => ({ paymentStatus: one(['CAPTURED', 'AUTHORIZED', 'FAILED', 'PENDING', 'REVIEW']) })),
  ofOrders('customer', () => ({ customerId: `customer-${below(orders / 5)}` })),
  ofOrders('email', () => ({ email: `user${below(orders / 5)}@example.com` })),
  ofOrders('reference', () => ({ reference: `R-${below(orders)}` })),
  ofOrders('tracking', () => ({ trackingNumber: `JD${below(orders)}` })),
  ofOrders('product', () => ({ productId: productId(below(1_000)) })),
  ofOrders('product, status', () => ({ productId: productId(below(1_000)), status: 'PAID' })),
  ofOrders('attention', () => ({ attentionReason: one(['refund_failed', 'dispute', 'delivery_problem']) })),
  ofOrders('min. total', () => ({ minTotalAmount: 1_000 * below(900) })),
  ofOrders('placed', () => ({ createdFrom: daysAgo(below(300) + 60), createdTo: daysAgo(below(60)) })),
  ofOrders('paid', () => ({ paidTo: daysAgo(below(300)) })),
  ofOrders('shipped', () => ({ shippedTo: daysAgo(below(300)) })),
  ofOrders('q, frequent', () => ({ q: one(['kim', 'ana', 'li']) })),
  ofOrders('q, rare', () => ({ q: `last${below(10_000)}` })),
  ofOrders('q, one', () => ({ q: `r-${below(orders)}` })),
  { label: 'shipments', call: async (commerce) => commerce.listAllShipments() },
  { label: 'payments', call: async (commerce) => commerce.listAllPayments({ status: one(['FAILED', 'CAPTURED']) }) },
  { label: 'refunds', call: async (commerce) => commerce.listRefunds({ status: one(['FAILED', 'SUCCEEDED']) }) },
  { label: 'returns', call: async (commerce) => commerce.listReturns({ status: 'REQUESTED' }) },
  { label: 'stock, low', call: async (commerce) => commerce.listStock({ maxSellableQty: 10, sort: 'sellableQty' }) },
  { label: 'order.stats', call: async (commerce) => commerce.orderStats() },
  {
    label: salesOfYear,
    call: async (commerce) =>
      commerce.dailySales({ from: daysAgo(364).slice(0, 10), to: daysAgo(0).slice(0, 10), timeZone: 'Asia/Seoul' }),
  },
];

/** Reads pages of each list, one call after the other, in a shop with as many orders as the option `--orders` says. */
export const lists: Scenario = {
  name: 'lists',
  title: 'pages of 50 rows of long lists, one call after the other, in the core',
  long: true,
  takes: ({ rounds, seconds, orders }) => rounds * seconds * listsOf(orders).length + orders / 8_000,
  async run(bench) {
    const content = { products: 0, orders: 0, waiting: 0 };
    const database = await bench.server.createDatabase('lists', content);
    const connected = connect({ url: database.url });
    try {
      const filling = (done: number) => bench.progress.now(`lists: filling the database, ${Math.round(done * 100)} %`);
      await addLongLists(connected, bench.options.orders, filling);
      return await measure(bench, createCommerce({ database: connected }));
    } finally {
      await connected.close();
      await database.drop();
    }
  },
};

async function measure(bench: Bench, commerce: Commerce): Promise<Outcome> {
  const { orders, rounds, seconds } = bench.options;
  const all = listsOf(orders);
  const series = all.map(({ label }): Series => ({ label, side: 'core', clients: 1, rounds: [] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { label, call }] of all.entries()) {
      bench.progress.now(`lists, round ${round}: ${label}`);
      const measured = await readPages(async () => call(commerce), seconds * 1_000);
      // The first round warms the caches.
      if (round > 0) series[index]?.rounds.push(measured);
    }
  }
  const worstOf = (some: readonly Series[]) =>
    Array.from({ length: rounds }, (_, round) => Math.max(...some.map((one) => one.rounds[round]?.p99Ms ?? NaN)));
  const isReport = ({ label }: Series) => label === salesOfYear;
  const shop = `with ${orders.toLocaleString('en')} orders, p99 ms`;
  return {
    series,
    goals: [
      goalOf(`slowest list ${shop}`, '≤', listGoalMs, worstOf(series.filter((one) => !isReport(one)))),
      goalOf(`${salesOfYear} ${shop}`, '≤', reportGoalMs, worstOf(series.filter(isReport))),
    ],
    notes: [],
  };
}

async function readPages(call: () => Promise<unknown>, ms: number): Promise<Series['rounds'][number]> {
  const taken: number[] = [];
  const begin = performance.now();
  while (taken.length < callsMax && (taken.length < 20 || performance.now() - begin < ms)) {
    const since = performance.now();
    await call();
    taken.push(performance.now() - since);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const perSecond = taken.length / ((performance.now() - begin) / 1_000);
  return { perSecond, p50Ms: spreadOf(taken).median, p99Ms: at(0.99), succeeded: taken.length, failed: {} };
}
