import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listProducts } from '../catalog/product-repository.ts';
import { listProductsInput, productSorts } from '../catalog/product-input.ts';
import { listStockInput, stockSorts } from '../inventory/stock-input.ts';
import { listAllPaymentsInput } from '../payment/payment-input.ts';
import { listPayments } from '../payment/payment-list-repository.ts';
import { paymentStatuses } from '../payment/payment.ts';
import { listRefundsInput } from '../refund/refund-input.ts';
import { listRefunds } from '../refund/refund-repository.ts';
import { refundStatuses } from '../refund/refund.ts';
import { readDailySales, readOrderStats } from '../reporting/report-repository.ts';
import { createSalesTotals } from '../reporting/sales-totals.ts';
import { readCounts } from '../reporting/totals-repository.ts';
import { listReturnsInput } from '../returns/return-input.ts';
import { listReturns } from '../returns/return-repository.ts';
import { returnStatuses } from '../returns/return.ts';
import { listAllShipmentsInput } from '../shipping/shipment-input.ts';
import { listShipments } from '../shipping/shipment-repository.ts';
import { shipmentStatuses } from '../shipping/shipment.ts';
import { listStocks } from '../stock-list/stock-list-repository.ts';
import { costOfList, costOfReads, type ListCost } from '../testing/list-cost.ts';
import { addLongLists } from '../testing/rows/long-lists.ts';
import { idAt } from '../testing/rows/old-rows.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import type { Reader } from './page.ts';

const limit = 51;
// A page, and a few rows beside each of its rows.
const rowsMax = 2_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await addLongLists(database, 60_000);
  // As many refunds and returns as a shop has after years. The planner scans tables of a few pages.
  const client = await database.pool.connect();
  await client.query(`set session_replication_role = replica;
    insert into commerce.returns (id, order_id, status, fault, goods, created_at, updated_at)
      select ${idAt('created_at')}, id, 'CLOSED', 'CUSTOMER', 'EXPECTED', created_at, created_at from commerce.orders;
    insert into commerce.refunds (id, payment_id, order_id, kind, status, amount, currency, reason, created_at,
      updated_at)
      select ${idAt('created_at')}, id, order_id, 'REFUND', 'SUCCEEDED', 1, 'EUR', 'requested', created_at, created_at
      from commerce.payments where status = 'CAPTURED'`);
  client.release(true);
  await database.pool.query('vacuum (analyze) commerce.returns, commerce.refunds');
}, 240_000);
afterAll(() => database.drop());

/** Why a list is too expensive; nothing for one that reads its page from an index. */
function problemsOf({ rows, pages, scans }: ListCost, max = rowsMax): string[] {
  return [
    ...scans.map((text) => `scans a table: ${text}`),
    ...(rows > max ? [`reads ${rows} rows`] : []),
    ...(pages > max * 3 ? [`reads ${pages} pages`] : []),
  ];
}

const costOf = async (list: (reader: Reader) => Promise<unknown>) => costOfList(database, list);
const first = { cursor: undefined, limit };
const middle = async (table: string): Promise<string> =>
  (await database.pool.query(`select id from commerce.${table} order by id offset 5000 limit 1`)).rows[0].id;

describe('payment.listAll', () => {
  test.each([undefined, ...paymentStatuses])('with the status %s reads its page', async (status) => {
    const { cursor: _, limit: __, ...filter } = listAllPaymentsInput.parse({ status });
    expect(problemsOf(await costOf(async (db) => listPayments(db, filter, first)))).toEqual([]);
  });

  test.each([undefined, ...paymentStatuses])('of one provider with the status %s reads its page', async (status) => {
    const filter = { provider: 'mock', status };
    expect(problemsOf(await costOf(async (db) => listPayments(db, filter, first)))).toEqual([]);
  });

  test('reads its page behind a cursor', async () => {
    const page = { cursor: await middle('payments'), limit };
    const filter = { provider: undefined, status: undefined };
    expect(problemsOf(await costOf(async (db) => listPayments(db, filter, page)))).toEqual([]);
  });
});

describe('refund.list', () => {
  test.each([undefined, ...refundStatuses])('with the status %s reads its page', async (status) => {
    const { cursor: _, limit: __, ...filter } = listRefundsInput.parse({ status });
    expect(problemsOf(await costOf(async (db) => listRefunds(db, filter, first)))).toEqual([]);
  });

  test('of one order reads its refunds', async () => {
    const filter = { orderId: await middle('orders'), status: undefined };
    expect(problemsOf(await costOf(async (db) => listRefunds(db, filter, first)))).toEqual([]);
  });
});

describe('return.list', () => {
  test.each([undefined, ...returnStatuses])('with the status %s reads its page', async (status) => {
    const { cursor: _, limit: __, ...filter } = listReturnsInput.parse({ status });
    expect(problemsOf(await costOf(async (db) => listReturns(db, filter, first)))).toEqual([]);
  });

  test.each(['customer-7', 'customer-none'])(
    'of the customer %s reads the orders of that customer',
    async (customerId) => {
      const filter = { orderId: undefined, status: undefined, customerId };
      expect(problemsOf(await costOf(async (db) => listReturns(db, filter, first)))).toEqual([]);
    },
  );
});

describe('shipment.listAll', () => {
  test.each([undefined, ...shipmentStatuses])('with the status %s reads its page', async (status) => {
    const { cursor: _, limit: __, ...filter } = listAllShipmentsInput.parse({ status });
    const page = { after: undefined, limit };
    expect(problemsOf(await costOf(async (db) => listShipments(db, filter, page)))).toEqual([]);
  });

  test.each([0, 1])('reads its page behind a cursor in part %i of the list', async (part) => {
    const page = { after: [part, await middle('shipments')], limit };
    expect(problemsOf(await costOf(async (db) => listShipments(db, { status: undefined }, page)))).toEqual([]);
  });
});

describe('product.list', () => {
  test.each(productSorts)('sorted by %s reads its page', async (sort) => {
    const { cursor: _, limit: __, ...filter } = listProductsInput.parse({ sort });
    const page = { after: undefined, limit };
    expect(problemsOf(await costOf(async (db) => listProducts(db, filter, page)), 300)).toEqual([]);
  });

  test.each(['sku-000901', '901', 'nothing'])('that is searched for %s reads what it finds', async (q) => {
    const { cursor: _, limit: __, ...filter } = listProductsInput.parse({ q });
    const page = { after: undefined, limit };
    expect(problemsOf(await costOf(async (db) => listProducts(db, filter, page)), 300)).toEqual([]);
  });
});

describe('stock.list', () => {
  // The sorts by units read all products: their index would cost each order more, see docs/operations.md.
  test.each(stockSorts.filter((sort) => sort.endsWith('sku')))('sorted by %s reads its page', async (sort) => {
    const { cursor: _, limit: __, ...filter } = listStockInput.parse({ sort });
    const page = { after: undefined, limit };
    expect(problemsOf(await costOf(async (db) => listStocks(db, filter, page)), 400)).toEqual([]);
  });

  test('that is searched for a SKU reads what it finds', async () => {
    const { cursor: _, limit: __, ...filter } = listStockInput.parse({ q: '901' });
    const page = { after: undefined, limit };
    expect(problemsOf(await costOf(async (db) => listStocks(db, filter, page)), 400)).toEqual([]);
  });
});

describe('reports', () => {
  test.each([1, 30])('sales.daily reads the quarters of %i days', async (days) => {
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    const request = { from: day(days), to: day(1), timeZone: 'Asia/Seoul', currency: undefined };
    const cost = await costOfReads(database, async (on) => readDailySales(on, request));
    expect(problemsOf(cost, 96 * (days + 2) * 3)).toEqual([]);
  });

  // These two tables have a row for each pair of statuses, and one.
  const isSmall = (text: string) => /order_counts|report_progress/.test(text);

  test('order.stats reads counts, and the orders that need an operator', async () => {
    const { scans, rows } = await costOfReads(database, readOrderStats);
    expect(scans.filter((text) => !isSmall(text))).toEqual([]);
    expect(rows).toBeLessThan(rowsMax);
  });

  test('the totals for metrics read no large part of a table', async () => {
    const { scans, rows } = await costOfReads(database, readCounts);
    expect(scans.filter((text) => !isSmall(text))).toEqual([]);
    expect(rows).toBeLessThan(rowsMax);
  });

  test('the sales for metrics read all quarters once an hour, and then those of two days', async () => {
    const readTwice = async (on: Pick<TestDatabase, 'pool'>) => {
      const readSales = createSalesTotals(on);
      await readSales();
      await readSales();
    };
    const counted = await database.pool.query<{ n: number }>('select count(*)::int as n from commerce.sales_quarters');
    const quarters = counted.rows[0]?.n ?? 0;
    const read = (await costOfReads(database, readTwice)).rows;
    expect(read).toBeGreaterThanOrEqual(quarters);
    expect(read).toBeLessThan(quarters + 2 * 3 * 96);
  });
});
