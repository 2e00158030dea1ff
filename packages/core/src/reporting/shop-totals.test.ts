import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
let product: string;
beforeAll(async () => {
  shop = await createTestShop();
  product = await shop.createTestProduct({ quantity: 1_000, priceAmount: 1_000 });
});
afterAll(() => shop.close());

async function readTotals() {
  await shop.commerce.numberEvents();
  while ((await shop.commerce.updateReports()) > 0);
  return shop.commerce.shopTotals();
}

test('a shop without orders has no totals', async () => {
  expect(await readTotals()).toEqual({ orders: [], attention: [], sales: [], refunds: [] });
});

test('the totals have orders by status, sales by currency, open refunds and orders that need an operator', async () => {
  await shop.createTestOrder({ [product]: 1 });
  const { orderId, payment } = await shop.createPendingOrder({ [product]: 3 });
  await shop.sendWebhook('CAPTURED', payment);
  await shop.commerce.createRefund({ orderId, amount: 700 });
  const totals = await readTotals();
  expect(totals).toEqual({
    orders: [
      { status: 'CREATED', fulfillmentStatus: 'UNFULFILLED', orders: 1 },
      { status: 'PAID', fulfillmentStatus: 'UNFULFILLED', orders: 1 },
    ],
    attention: [],
    sales: [{ currency: 'KRW', orders: 1, units: 3, grossAmount: 3_000, refundAmount: 0 }],
    refunds: [{ status: 'REQUESTED', currency: 'KRW', refunds: 1, amount: 700 }],
  });
  const { items } = await shop.commerce.listRefunds({ orderId });
  await shop.sendWebhook('REFUND_FAILED', payment, { refundId: items[0]!.id, failureCode: 'closed_account' });
  expect(await readTotals()).toMatchObject({
    attention: [{ reason: 'refund_failed', orders: 1 }],
    refunds: [{ status: 'FAILED', currency: 'KRW', refunds: 1, amount: 700 }],
  });
});

test('sales of all time are in the totals, and those of the last two days at once', async () => {
  const { pool } = shop.database;
  const add = async (daysAgo: number, amount: number) =>
    pool.query(
      `insert into commerce.sales_quarters
        values (date_bin('15 minutes', now() - $1::int * interval '1 day', 'epoch'), 'XTS', 1, 2, $2, 1)`,
      [daysAgo, amount],
    );
  await add(4_000, 100);
  await add(3, 20);
  await add(0, 3);
  const other = createCommerce({ database: shop.database });
  const read = async () => (await other.shopTotals()).sales.find(({ currency }) => currency === 'XTS');
  expect(await read()).toEqual({ currency: 'XTS', orders: 3, units: 6, grossAmount: 123, refundAmount: 3 });
  await add(1, 5_000);
  expect(await read()).toEqual({ currency: 'XTS', orders: 4, units: 8, grossAmount: 5_123, refundAmount: 4 });
  await pool.query(`delete from commerce.sales_quarters where currency = 'XTS'`);
});
