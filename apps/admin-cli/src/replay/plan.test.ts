import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { demandOf, firstInvoices, planReplay, totalsOf } from './plan.ts';
import { readRows } from './read-rows.ts';
import { rowOf } from './row.testing.ts';

const sample = fileURLToPath(new URL('../../../../samples/online-retail.csv', import.meta.url));

test("a product's price and name are the most frequent ones; of equals the first counts", async () => {
  const plan = await planReplay([
    rowOf({ unitPrice: '2.95', description: 'HOLDER' }),
    rowOf({ unitPrice: '2.55', description: 'HEART HOLDER' }),
    rowOf({ unitPrice: '2.55', description: 'HEART HOLDER' }),
    rowOf({ unitPrice: '2.95', description: 'WHITE HOLDER' }),
  ]);
  expect([...plan.products.values()]).toEqual([{ sku: '85123A', name: 'HEART HOLDER', priceAmount: 295 }]);
});

test("cancellations and left-out rows do not count for a product's price", async () => {
  const cheap = { unitPrice: '0.50', invoiceNo: 'C1', quantity: '-1' };
  const plan = await planReplay([
    rowOf(cheap),
    rowOf(cheap),
    rowOf(),
    rowOf({ unitPrice: '0' }),
    rowOf({ quantity: '0' }),
  ]);
  expect(plan.products.get('85123A')?.priceAmount).toBe(255);
});

test('invoices keep the file’s order and single lines, also if their rows are not adjacent', async () => {
  const plan = await planReplay([
    rowOf({ invoiceNo: '1', quantity: '2' }),
    rowOf({ invoiceNo: '2', customerId: '' }),
    rowOf({ invoiceNo: '1', quantity: '3' }),
    rowOf({ invoiceNo: 'C3', quantity: '-1' }),
  ]);
  expect(plan.invoices).toMatchObject([
    { invoiceNo: '1', customerId: '17850', isCancellation: false, lines: [{ quantity: 2 }, { quantity: 3 }] },
    { invoiceNo: '2', customerId: 'guest', isCancellation: false },
    { invoiceNo: 'C3', customerId: '17850', isCancellation: true, lines: [{ quantity: 1 }] },
  ]);
});

test('every row is in an invoice or left out for one reason, with the first such line', async () => {
  const plan = await planReplay([
    rowOf({ line: 2 }),
    rowOf({ line: 3, unitPrice: '0.0', quantity: '-4', description: '' }),
    rowOf({ line: 4, unitPrice: '0.001', invoiceNo: '7' }),
    rowOf({ line: 5, description: '' }),
  ]);
  expect(plan.leftOut).toEqual([
    { reason: 'blank description', rows: 2, firstLine: 3 },
    { reason: 'sub-penny price', rows: 1, firstLine: 4 },
  ]);
  expect(plan).toMatchObject({ rows: 4, emptyInvoices: 1 });
});

test('an invoice keeps its first 2,000 lines; the rest are counted as left out', async () => {
  const plan = await planReplay(Array.from({ length: 2003 }, (_, index) => rowOf({ stockCode: `sku-${index}` })));
  expect(plan.invoices[0]?.lines).toHaveLength(2000);
  expect(plan.leftOut).toMatchObject([{ reason: 'more than 2,000 lines on the invoice', rows: 3 }]);
  expect(plan.products.size).toBe(2000);
});

test('the totals show the file’s own prices and the most frequent prices', async () => {
  const plan = await planReplay([
    rowOf(),
    rowOf({ invoiceNo: '2' }),
    rowOf({ invoiceNo: '3', unitPrice: '2.95', quantity: '10' }),
  ]);
  expect(totalsOf(plan)).toEqual({ orders: 3, lines: 3, units: 22, fileAmount: 255 * 12 + 2950, ourAmount: 255 * 22 });
  expect(totalsOf(firstInvoices(plan, 1))).toMatchObject({ orders: 1, units: 6 });
});

test('demand counts the orders; cancellations do not reduce it', async () => {
  const plan = await planReplay([rowOf(), rowOf(), rowOf({ invoiceNo: 'C1', quantity: '-6' })]);
  expect([...demandOf(plan)]).toEqual([['85123A', 12]]);
});

test('the sample contains every kind of unusable row', async () => {
  const plan = await planReplay(readRows(sample));
  const kept = plan.invoices.reduce((sum, { lines }) => sum + lines.length, 0);
  const left = plan.leftOut.reduce((sum, { rows }) => sum + rows, 0);
  expect(kept + left).toBe(plan.rows);
  expect(plan.leftOut.map(({ reason, rows }) => [reason, rows])).toEqual([
    ['blank description', 4],
    ['zero price', 3],
    ['negative quantity', 2],
    ['sub-penny price', 1],
  ]);
  const totals = totalsOf(plan);
  expect(totals).toEqual({ orders: 44, lines: 440, units: 5023, fileAmount: 2_517_172, ourAmount: 2_518_417 });
  expect(plan.invoices.filter(({ isCancellation }) => isCancellation)).toHaveLength(22);
  expect(plan.invoices.some(({ customerId, isCancellation }) => customerId === 'guest' && !isCancellation)).toBe(true);
  expect([...plan.products.keys()]).toEqual(
    expect.arrayContaining(['POST', 'M', 'BANK CHARGES', 'AMAZONFEE', 'C2', 'DOT']),
  );
  expect([...plan.products.values()].some(({ name }) => name.includes('£'))).toBe(true);
  const repeats = plan.invoices.filter(({ lines }) => new Set(lines.map(({ sku }) => sku)).size < lines.length);
  expect(repeats.length).toBeGreaterThan(5);
});
