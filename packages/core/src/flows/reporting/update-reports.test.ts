import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
let product: string;
beforeAll(async () => {
  shop = await createTestShop();
  product = await shop.createTestProduct({ quantity: 1_000, priceAmount: 1_000 });
});
afterAll(() => shop.close());

const today = () => new Date().toISOString().slice(0, 10);

async function updateReports(): Promise<void> {
  await shop.commerce.numberEvents();
  while ((await shop.commerce.updateReports()) > 0);
}

type Sales = { orders: number; units: number; grossAmount: number; refundAmount: number; netAmount: number };
let before: Sales;
const sales = async (): Promise<Sales> => {
  await updateReports();
  const { items } = await shop.commerce.dailySales({ from: today(), to: today(), currency: 'KRW' });
  return items[0] ?? { orders: 0, units: 0, grossAmount: 0, refundAmount: 0, netAmount: 0 };
};
beforeEach(async () => {
  before = await sales();
});

/** What was added since the test began. */
async function added(): Promise<Partial<Sales>> {
  const after = await sales();
  const keys = ['orders', 'units', 'grossAmount', 'refundAmount', 'netAmount'] as const;
  return Object.fromEntries(keys.map((key) => [key, after[key] - before[key]]).filter(([, change]) => change !== 0));
}

async function pay(units: number, type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
  const { orderId, payment } = await shop.createPendingOrder({ [product]: units });
  await shop.sendWebhook(type, payment);
  return { orderId, payment };
}

async function succeed(orderId: string): Promise<void> {
  const { items } = await shop.commerce.listRefunds({ orderId });
  for (const { id, amount, currency, paymentId } of items)
    await shop.sendWebhook('REFUNDED', { id: paymentId, amount, currency }, { refundId: id });
}

test('an order counts when it is paid, with its units and its total', async () => {
  await shop.createTestOrder({ [product]: 5 });
  expect(await added()).toEqual({});
  await pay(2);
  expect(await added()).toEqual({ orders: 1, units: 2, grossAmount: 2_000, netAmount: 2_000 });
});

test('events that are added again, or by two processes at once, count once', async () => {
  await pay(1);
  await pay(1);
  await shop.commerce.numberEvents();
  await Promise.all(Array.from({ length: 8 }, async () => shop.commerce.updateReports(3)));
  expect(await added()).toEqual({ orders: 2, units: 2, grossAmount: 2_000, netAmount: 2_000 });
  expect(await shop.commerce.updateReports()).toBe(0);
});

test('a refund counts when the gateway has confirmed it', async () => {
  const { orderId } = await pay(3);
  await shop.commerce.createRefund({ orderId, amount: 700 });
  expect(await added()).toEqual({ orders: 1, units: 3, grossAmount: 3_000, netAmount: 3_000 });
  await succeed(orderId);
  expect(await added()).toEqual({ orders: 1, units: 3, grossAmount: 3_000, refundAmount: 700, netAmount: 2_300 });
});

test('a canceled order that was only authorized has no net amount', async () => {
  const { orderId } = await pay(1, 'AUTHORIZED');
  await shop.commerce.cancelOrder({ orderId });
  await succeed(orderId);
  expect(await added()).toEqual({ orders: 1, units: 1, grossAmount: 1_000, refundAmount: 1_000 });
});

test('what a capture leaves out of an authorization counts as given back', async () => {
  const { payment } = await pay(4, 'AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: payment.id, amount: 3_000 });
  await shop.sendWebhook('CAPTURED', { ...payment, amount: 3_000 });
  expect(await added()).toEqual({ orders: 1, units: 4, grossAmount: 4_000, refundAmount: 1_000, netAmount: 3_000 });
});

test('money that no order can use is neither sold nor given back', async () => {
  const { orderId, payment } = await shop.createPendingOrder({ [product]: 1 });
  await shop.commerce.cancelOrder({ orderId });
  await shop.sendWebhook('CAPTURED', payment);
  await succeed(orderId);
  expect(await added()).toEqual({});
});

test('orders are counted by their statuses', async () => {
  await updateReports();
  const { rows } = await shop.database.pool.query(
    `select status, fulfillment_status as "fulfillmentStatus", count(*) as orders from commerce.orders group by 1, 2
      order by 1, 2`,
  );
  const { statuses, orders, lagEvents } = await shop.commerce.orderStats();
  expect(statuses).toEqual(rows);
  expect(orders).toBe(rows.reduce((sum, row) => sum + row.orders, 0));
  expect(lagEvents).toBe(0);
});

/** Reads the days on which sales at these times fall. */
async function daysOf(times: string[], timeZone: string, from: string, to: string): Promise<Record<string, number>> {
  const client = await shop.database.pool.connect();
  try {
    await client.query('delete from commerce.sales_quarters where currency = $1', ['XTS']);
    await client.query(
      `insert into commerce.sales_quarters select date_bin('15 minutes', t, 'epoch'), 'XTS', count(*), 0, 0, 0
       from unnest($1::timestamptz[]) t group by 1`,
      [times],
    );
    const { items } = await shop.commerce.dailySales({ from, to, timeZone });
    const ofTest = items.filter(({ currency }) => currency === 'XTS');
    return Object.fromEntries(ofTest.map(({ day, orders }) => [day, orders]));
  } finally {
    await client.query('delete from commerce.sales_quarters where currency = $1', ['XTS']);
    client.release();
  }
}

test('days begin at midnight of the time zone, also with an offset of 45 minutes', async () => {
  const times = ['2026-03-01T18:14:59Z', '2026-03-01T18:15:00Z', '2026-03-02T18:14:59Z', '2026-03-02T18:15:00Z'];
  expect(await daysOf(times, 'Asia/Kathmandu', '2026-03-01', '2026-03-03')).toEqual({
    '2026-03-01': 1,
    '2026-03-02': 2,
    '2026-03-03': 1,
  });
  expect(await daysOf(times, 'UTC', '2026-03-01', '2026-03-02')).toEqual({ '2026-03-01': 2, '2026-03-02': 2 });
});

test('a day of 23 hours and one of 25 hours have all their sales', async () => {
  const hourly = (from: string, hours: number) =>
    Array.from({ length: hours }, (_, hour) => new Date(Date.parse(from) + hour * 3_600_000).toISOString());
  const spring = await daysOf(hourly('2026-03-28T23:00Z', 47), 'Europe/Berlin', '2026-03-29', '2026-03-30');
  expect(spring).toEqual({ '2026-03-29': 23, '2026-03-30': 24 });
  const autumn = await daysOf(hourly('2026-10-24T22:00Z', 49), 'Europe/Berlin', '2026-10-25', '2026-10-26');
  expect(autumn).toEqual({ '2026-10-25': 25, '2026-10-26': 24 });
});

test('days without a sale are there, in the currency that was asked for', async () => {
  const { items } = await shop.commerce.dailySales({ from: '2020-02-28', to: '2020-03-01', currency: 'EUR' });
  expect(items.map(({ day, orders, netAmount }) => [day, orders, netAmount])).toEqual([
    ['2020-02-28', 0, 0],
    ['2020-02-29', 0, 0],
    ['2020-03-01', 0, 0],
  ]);
});

test.each([
  ['a day that does not exist', { from: '2026-02-30', to: '2026-03-01' }],
  ['days in the wrong order', { from: '2026-03-02', to: '2026-03-01' }],
  ['more than 400 days', { from: '2025-01-01', to: '2026-02-05' }],
  ['an unknown time zone', { from: '2026-03-01', to: '2026-03-01', timeZone: 'Mars/Olympus' }],
  ['an offset in place of a time zone', { from: '2026-03-01', to: '2026-03-01', timeZone: '+09:00' }],
])('dailySales rejects %s', async (_, input) => {
  expect(await errorCodeOf(shop.commerce.dailySales(input))).toBe('validation_failed');
});
