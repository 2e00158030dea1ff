import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { until } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';
import { demandOf, planReplay, totalsOf } from '../replay/plan.ts';
import { readRows } from '../replay/read-rows.ts';
import type { Report } from '../replay/report.ts';
import { runCommerce, startCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { readersOf } from '../replay/shop-readers.testing.ts';

const shop = useShop();
const { charged, countOrders, moneyOfOrders, returnsOf, unitsOf } = readersOf(shop);
const sample = fileURLToPath(new URL('../../../../samples/online-retail.csv', import.meta.url));
const newPrefix = () => `${randomUUID().slice(0, 8)}-`;

async function replay(...args: string[]): Promise<Report> {
  return shop.json('replay', sample, ...args);
}

test('the sample replays as planned: every order, every unit, every penny', async () => {
  const plan = await planReplay(readRows(sample));
  const totals = totalsOf(plan);
  const before = { charged: await charged(), paid: await countOrders('PAID'), canceled: await countOrders('CANCELED') };
  const prefix = newPrefix();
  const report = await replay('--ship-after', '10', '--sku-prefix', prefix);

  expect(report).toMatchObject({
    violations: [],
    failures: 0,
    interrupted: false,
    invoices: { planned: 66, replayed: 66, withoutUsableRow: 8 },
    products: { created: 370, found: 0, pricedOtherwise: 0 },
    taken: { lines: totals.lines, units: totals.units, amount: totals.ourAmount },
    planned: { orders: 44, difference: totals.ourAmount - totals.fileAmount },
    orders: {
      taken: 44,
      refused: {},
      unpaid: { orders: 0 },
      shipped: { orders: 23 },
      open: { orders: 6 },
      canceled: { orders: 15 },
    },
    cancellations: { canceling: 13, canceledOrders: 15, returning: 5, withoutOrder: 4 },
  });
  expect(report.rows.leftOut).toEqual(plan.leftOut);

  // Money: the gateway charged what the orders come to. Orders: the shop has as many of each as the report says.
  expect((await charged()) - before.charged).toBe(totals.ourAmount);
  expect((await countOrders('PAID')) - before.paid).toBe(29);
  expect((await countOrders('CANCELED')) - before.canceled).toBe(15);
  // What ships has its money: each order is captured as a whole, so it can be refunded.
  expect(await moneyOfOrders(prefix)).toEqual([
    { fulfillmentStatus: 'DELIVERED', orders: 19, captured: 19 },
    { fulfillmentStatus: 'PARTIALLY_RETURNED', orders: 4, captured: 4 },
    { fulfillmentStatus: 'UNFULFILLED', orders: 6, captured: 6 },
  ]);
  // Returns: each has its refund.
  const { returnedUnits, refundedAmount } = report.cancellations;
  expect(await returnsOf(prefix)).toEqual({ units: returnedUnits, amount: refundedAmount });
  // Units: what came in is what was sold and not restocked, and what is left.
  const demand = [...demandOf(plan).values()].reduce((sum, units) => sum + units, 0);
  const [received, there, held] = await unitsOf(prefix);
  expect([received, held]).toEqual([demand, 0]);
  const { rows } = await shop.api.database.pool.query(
    `select sum(l.quantity)::int as units from commerce.order_lines l join commerce.orders o on o.id = l.order_id
     where o.status = 'PAID' and starts_with(l.sku, $1)`,
    [prefix],
  );
  expect(there).toBe(demand - rows[0].units + returnedUnits);
});

test('without --json it prints progress, and ends with the doctor’s result', async () => {
  const ran = await shop.run('replay', sample, '--limit', '10', '--sku-prefix', newPrefix());
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/^Rows +484, of which left out: 10$/m);
  expect(ran.out).toMatch(/^ +blank description: 4, first in line 32$/m);
  expect(ran.out).toMatch(/^Invoices +10 of 10 replayed/m);
  expect(ran.out).toMatch(/most frequent price: [+-]?[\d.]+ GBP/);
  expect(ran.out.trimEnd().split('\n').at(-1)).toBe('Everything holds: the doctor found no violation.');
});

test('a second replay finds the products and gives them more stock', async () => {
  const prefix = newPrefix();
  await replay('--sku-prefix', prefix, '--limit', '12');
  const [received] = await unitsOf(prefix);
  const again = await replay('--sku-prefix', prefix, '--limit', '12');
  expect(again).toMatchObject({
    products: { created: 0, pricedOtherwise: 0 },
    orders: { refused: {} },
    violations: [],
  });
  expect(again.products.found).toBeGreaterThan(0);
  expect((await unitsOf(prefix))[0]).toBe(2 * received);
});

test('an existing product keeps its price, and the report counts it', async () => {
  const prefix = newPrefix();
  await shop.json('products', 'create', `${prefix}85123A`, 'Holder', '99.00', 'GBP');
  const report = await replay('--sku-prefix', prefix, '--limit', '1');
  expect(report.products).toMatchObject({ found: 1, pricedOtherwise: 1 });
  expect(report.taken.amount).toBe(report.planned.ourAmount + 6 * (9900 - 255));
});

test('with half of the stock orders are refused, nothing is oversold, and every order is counted', async () => {
  const prefix = newPrefix();
  const report = await replay('--scarcity', '0.5', '--sku-prefix', prefix, '--limit', '40');
  const { refused, taken } = report.orders;
  expect(Object.keys(refused)).toEqual(['insufficient_stock']);
  expect(refused['insufficient_stock']).toBeGreaterThan(10);
  expect(taken + (refused['insufficient_stock'] ?? 0)).toBe(27);
  expect(report).toMatchObject({ violations: [], failures: 0 });
  const [received, there, held] = await unitsOf(prefix);
  expect(received).toBe(report.unitsReceived);
  expect(there).toBeGreaterThanOrEqual(0);
  expect(held).toBe(0);
});

test('--no-ship leaves every order open, so that each cancellation finds its order', async () => {
  const report = await replay('--no-ship', '--limit', '30', '--sku-prefix', newPrefix());
  expect(report.orders.shipped.orders).toBe(0);
  expect(report.cancellations).toMatchObject({ returning: 0 });
});

test('broken connections and a busy shop cost time and no order', async () => {
  const url = await openFaultInjectingProxy(shop.api.url, (number) =>
    number % 9 === 0 ? 'break' : number % 10 === 0 ? 'busy' : 'pass',
  );
  const args = ['replay', sample, '--json', '--limit', '40', '--ship-after', '10', '--sku-prefix', newPrefix()];
  const ran = await runCommerce(shop.folder, args, await shop.through(url));
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({
    failures: 0,
    violations: [],
    orders: { taken: 27, unpaid: { orders: 0 } },
  });
});

test('Ctrl-C starts no new invoice, finishes the running ones and reports', async () => {
  const file = join(shop.folder, `${randomUUID()}.csv`);
  const rows = Array.from({ length: 2000 }, (_, index) => `${index},A,Thing,1,2010-12-01,1.00,${index},UK`);
  await writeFile(
    file,
    `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n${rows.join('\n')}\n`,
  );
  const pending = await countOrders('PAYMENT_PENDING');
  const paid = await countOrders('PAID');
  const args = ['replay', file, '--json', '--no-ship', '--concurrency', '4', '--sku-prefix', newPrefix()];
  const ran = await startCommerce(shop.folder, args, {}, async ({ kill }) => {
    await until(async () => (await countOrders('PAID')) >= paid + 20);
    kill('SIGINT');
    kill('SIGINT');
  });
  expect(ran.code).toBe(130);
  const report: Report = JSON.parse(ran.out);
  expect(report).toMatchObject({ interrupted: true, failures: 0, violations: [], orders: { unpaid: { orders: 0 } } });
  expect(report.orders.open.orders).toBe((await countOrders('PAID')) - paid);
  expect(report.orders.taken).toBeGreaterThanOrEqual(20);
  expect(report.orders.taken).toBeLessThan(2000);
  expect(await countOrders('PAYMENT_PENDING')).toBe(pending);
});

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';

test.each<[string, string | Buffer, RegExp]>([
  ['no columns', 'a,b\n1,2\n', /line 1: no column InvoiceNo/],
  ['a broken row', `${header}1,2,3\n`, /line 2: the row has more or fewer fields/],
  ['damaged gzip data', gzipSync('x'.repeat(99)).subarray(0, 20), /gzip/],
])('a file with %s ends with 2 and where it is, before anything was sent', async (_, content, message) => {
  const file = join(shop.folder, `${randomUUID()}.csv`);
  await writeFile(file, content);
  const prefix = newPrefix();
  const ran = await shop.run('replay', file, '--sku-prefix', prefix);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(message);
  expect((await unitsOf(prefix))[0]).toBe(0);
});

test('a file without a usable row changes nothing and exits 0', async () => {
  const file = join(shop.folder, `${randomUUID()}.csv.gz`);
  await writeFile(file, gzipSync(`${header}1,A,,1,d,0,,\nC2,A,Thing,-1,d,1.00,7,\n`));
  const report: Report = await shop.json('replay', file);
  expect(report).toMatchObject({ orders: { taken: 0 }, cancellations: { withoutOrder: 1 }, violations: [] });
});

test('an archived product or another currency is reported before any order', async () => {
  const prefix = newPrefix();
  await shop.json('products', 'create', `${prefix}85123A`, 'Holder', '1', 'GBP');
  await shop.json('products', 'archive', '--yes', `${prefix}85123A`);
  const archived = await shop.run('replay', sample, '--sku-prefix', prefix);
  expect(archived).toMatchObject({ code: 1, out: '' });
  expect(archived.err).toContain(
    `The product ${prefix}85123A is there already, and archived. Choose another --sku-prefix.`,
  );
  const other = newPrefix();
  await shop.json('products', 'create', `${other}85123A`, 'Holder', '1000', 'KRW');
  expect((await shop.run('replay', sample, '--sku-prefix', other)).err).toContain('sold in KRW');
});

test('a missing simulator is reported before anything is sent', async () => {
  const env = { COMMERCE_URL: shop.api.url, COMMERCE_API_KEY: await shop.api.createApiKey() };
  const elsewhere = join(shop.folder, 'elsewhere', '.data');
  await mkdir(elsewhere, { recursive: true });
  await writeFile(join(elsewhere, 'local.json'), '{}');
  const none = await runCommerce(join(elsewhere, '..'), ['replay', sample], env);
  expect(none).toMatchObject({ code: 2, out: '' });
  expect(none.err).toContain('COMMERCE_SIMULATOR_URL');
  const wrong = await shop.run('replay', sample, '--simulator', shop.api.url);
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toContain('There is no gateway simulator at');
  const malformed = await shop.run('replay', sample, '--simulator', 'nowhere');
  expect(malformed).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('--simulator is no address: nowhere.'),
  });
});
