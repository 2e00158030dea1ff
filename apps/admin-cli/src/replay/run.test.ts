import { expect, test } from 'vitest';
import type { PlacedOrder } from './ledger.ts';
import type { Invoice } from './plan.ts';
import type { RunOptions } from './run.ts';
import { runInvoices } from './run.ts';
import type { Shop } from './shop.ts';

const invoice = (invoiceNo: string, customerId: string, ...skus: string[]): Invoice => ({
  invoiceNo,
  customerId,
  isCancellation: invoiceNo.startsWith('C'),
  lines: skus.map((sku) => ({ sku, quantity: 1 })),
  fileAmount: 100 * skus.length,
});

/** A shop in memory that answers after random pauses and records its calls. */
function slowShop(changed: Partial<Shop> = {}) {
  const log: string[] = [];
  const busy = { now: 0, most: 0 };
  const shipped = new Set<string>();
  async function slowly<T>(entry: string, answer: () => T): Promise<T> {
    busy.most = Math.max(busy.most, (busy.now += 1));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    busy.now -= 1;
    log.push(entry);
    return answer();
  }
  const shop: Shop = {
    place: ({ invoiceNo, lines }) =>
      slowly(`place ${invoiceNo}`, () => ({ orderId: invoiceNo, amount: 100 * lines.length })),
    pay: (orderId) => slowly(`pay ${orderId}`, () => true),
    ship: (orderId) => slowly(`ship ${orderId}`, () => void shipped.add(orderId)),
    cancel: (orderId) => slowly(`cancel ${orderId}`, () => !shipped.has(orderId)),
    takeBack: (orderId, units) =>
      slowly(`take back ${orderId} ${[...units].join()}`, () => {
        if (!shipped.has(orderId)) throw new Error(`${orderId} has not shipped`);
        return 100 * [...units.values()].reduce((sum, quantity) => sum + quantity, 0);
      }),
    ...changed,
  };
  return { shop, log, busy };
}

async function run(invoices: Invoice[], shop: Shop, options: Partial<RunOptions> = {}, isFatal = () => false) {
  const calm: RunOptions = { concurrency: 1, shipAfter: 0, signal: new AbortController().signal, onProgress: () => {} };
  return runInvoices(invoices, shop, { ...calm, ...options }, isFatal);
}

const states = (orders: PlacedOrder[]) => Object.fromEntries(orders.map(({ orderId, state }) => [orderId, state]));

test('every order is placed, paid and shipped', async () => {
  const { shop, log } = slowShop();
  const result = await run([invoice('1', 'ana', 'a'), invoice('2', 'bo', 'a', 'b')], shop);
  for (const no of [1, 2]) {
    expect(log.filter((entry) => entry.endsWith(` ${no}`))).toEqual([`place ${no}`, `pay ${no}`, `ship ${no}`]);
  }
  expect(result).toMatchObject({ invoices: 2, failures: { count: 0 } });
  expect(states(result.orders)).toEqual({ 1: 'SHIPPED', 2: 'SHIPPED' });
});

test("a cancellation cancels its customer's latest open order with that product", async () => {
  const { shop, log } = slowShop();
  const result = await run(
    [
      invoice('1', 'ana', 'a'),
      invoice('2', 'ana', 'a', 'b'),
      invoice('3', 'ana', 'b'),
      invoice('4', 'bo', 'a'),
      invoice('C5', 'ana', 'a'),
      invoice('C6', 'ana', 'a'),
    ],
    shop,
    { shipAfter: 10 },
  );
  expect(log.filter((entry) => entry.startsWith('cancel'))).toEqual(['cancel 2', 'cancel 1']);
  expect(result.cancellations).toEqual({
    canceling: 2,
    canceledOrders: 2,
    returning: 0,
    returnedUnits: 0,
    refundedAmount: 0,
    withoutOrder: 0,
  });
  expect(states(result.orders)).toEqual({ 1: 'CANCELED', 2: 'CANCELED', 3: 'PAID', 4: 'PAID' });
});

test('a cancellation of several products of one order cancels that order alone', async () => {
  const { shop } = slowShop();
  const orders = [invoice('1', 'ana', 'a', 'b'), invoice('2', 'ana', 'a', 'b'), invoice('C3', 'ana', 'a', 'b', 'a')];
  const result = await run(orders, shop, { shipAfter: 10 });
  expect(states(result.orders)).toEqual({ 1: 'PAID', 2: 'CANCELED' });
});

test('a cancellation after shipping returns its units, never more than were ordered', async () => {
  const { shop, log } = slowShop();
  const invoices = [
    invoice('1', 'ana', 'a', 'a', 'b'),
    invoice('C2', 'ana', 'a'),
    invoice('C3', 'ana', 'z'),
    invoice('C4', 'ana', 'a', 'b', 'a'),
    invoice('C5', 'ana', 'a'),
  ];
  const result = await run(invoices, shop);
  expect(log).not.toContain('cancel 1');
  expect(log.filter((entry) => entry.startsWith('take back'))).toEqual(['take back 1 a,1', 'take back 1 a,1,b,1']);
  expect(result.failures.count).toBe(0);
  expect(result.cancellations).toEqual({
    canceling: 0,
    canceledOrders: 0,
    returning: 2,
    returnedUnits: 3,
    refundedAmount: 300,
    withoutOrder: 2,
  });
});

test('units of an order that is being shipped come back once it has shipped', async () => {
  const other = Promise.withResolvers<void>();
  const { shop, log } = slowShop({
    pay: async (orderId) => {
      if (orderId === '1') await other.promise;
      return true;
    },
  });
  // The order 2 ships only when the order 1 before it is done.
  const invoices = [invoice('1', 'bo', 'a'), invoice('2', 'ana', 'a'), invoice('C3', 'ana', 'a')];
  const result = await run(invoices, shop, {
    concurrency: 3,
    onProgress: (done) => {
      if (done < 2) return;
      log.push('released');
      other.resolve();
    },
  });
  expect(log.indexOf('released')).toBeLessThan(log.indexOf('ship 2'));
  expect(log.slice(log.indexOf('ship 2'))).toContain('take back 2 a,1');
  expect(result.cancellations).toMatchObject({ returning: 1, returnedUnits: 1 });
});

test('an unpaid order returns nothing', async () => {
  const { shop } = slowShop({ pay: async () => false });
  const { cancellations } = await run([invoice('1', 'ana', 'a'), invoice('C2', 'ana', 'a')], shop);
  expect(cancellations).toMatchObject({ returning: 0, withoutOrder: 1 });
});

test.each([
  { between: 0, shipAfter: 0, canceled: false },
  { between: 0, shipAfter: 1, canceled: true },
  { between: 1, shipAfter: 1, canceled: false },
  { between: 2, shipAfter: 2, canceled: false },
  { between: 2, shipAfter: 3, canceled: true },
  { between: 2, shipAfter: Number.POSITIVE_INFINITY, canceled: true },
])('$between orders later, with shipping $shipAfter behind, canceled: $canceled', async (example) => {
  const others = Array.from({ length: example.between }, (_, index) => invoice(`${index}`, 'bo', 'a'));
  const invoices = [invoice('first', 'ana', 'a'), ...others, invoice('C', 'ana', 'a')];
  const { shop } = slowShop();
  const { orders, cancellations } = await run(invoices, shop, { shipAfter: example.shipAfter, concurrency: 3 });
  expect(states(orders)['first'] === 'CANCELED').toBe(example.canceled);
  expect(cancellations.canceling).toBe(example.canceled ? 1 : 0);
});

test('the last orders stay open when shipping lags, and all when nothing ships', async () => {
  const invoices = ['1', '2', '3', '4'].map((no) => invoice(no, no, 'a'));
  const lagging = await run(invoices, slowShop().shop, { shipAfter: 2 });
  expect(states(lagging.orders)).toEqual({ 1: 'SHIPPED', 2: 'SHIPPED', 3: 'PAID', 4: 'PAID' });
  const { shop, log } = slowShop();
  await run(invoices, shop, { shipAfter: Number.POSITIVE_INFINITY });
  expect(log.filter((entry) => entry.startsWith('ship'))).toEqual([]);
});

/** Invoices of many customers with few products and some cancellations, always the same. */
function manyInvoices(count: number): Invoice[] {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  return Array.from({ length: count }, (_, index) => {
    const skus = Array.from({ length: 1 + random(3) }, () => `sku-${random(4)}`);
    return invoice(
      `${random(4) === 0 ? 'C' : ''}${index}`,
      random(3) === 0 ? 'guest' : `customer-${random(9)}`,
      ...skus,
    );
  });
}

test('the result is the same for one invoice at a time and for many at once', async () => {
  const invoices = manyInvoices(400);
  const one = await run(invoices, slowShop().shop, { shipAfter: 7 });
  expect(one.cancellations.canceling).toBeGreaterThan(20);
  expect(one.cancellations.returning).toBeGreaterThan(20);
  const { shop, busy } = slowShop();
  const many = await run(invoices, shop, { shipAfter: 7, concurrency: 12 });
  expect(states(many.orders)).toEqual(states(one.orders));
  expect(many.cancellations).toEqual(one.cancellations);
  expect(busy.most).toBe(12);
});

test("one customer's invoices run in the file's order, however many run at once", async () => {
  const invoices = manyInvoices(200);
  const { shop, log } = slowShop();
  await run(invoices, shop, { concurrency: 12, shipAfter: Number.POSITIVE_INFINITY });
  for (const customer of new Set(invoices.map(({ customerId }) => customerId))) {
    if (customer === 'guest') continue;
    const theirs = invoices.filter(({ customerId, isCancellation }) => customerId === customer && !isCancellation);
    const placed = log.filter((entry) => theirs.some(({ invoiceNo }) => entry === `place ${invoiceNo}`));
    expect(placed).toEqual(theirs.map(({ invoiceNo }) => `place ${invoiceNo}`));
  }
});

test('guests’ orders do not wait for each other', async () => {
  const { shop, busy } = slowShop();
  await run(
    Array.from({ length: 20 }, (_, index) => invoice(`${index}`, 'guest', 'a')),
    shop,
    { concurrency: 8 },
  );
  expect(busy.most).toBe(8);
});

test('a guest’s cancellation finds the latest earlier order, however late it was placed', async () => {
  const first = Promise.withResolvers<void>();
  const { shop } = slowShop({
    place: async ({ invoiceNo }) => {
      if (invoiceNo === '1') await first.promise;
      if (invoiceNo === '3') first.resolve();
      return { orderId: invoiceNo, amount: 100 };
    },
  });
  const invoices = [
    invoice('0', 'guest', 'a'),
    invoice('1', 'guest', 'a'),
    invoice('C2', 'guest', 'a'),
    invoice('3', 'guest', 'a'),
  ];
  const { orders } = await run(invoices, shop, { concurrency: 4, shipAfter: 10 });
  expect(states(orders)).toEqual({ 0: 'PAID', 1: 'CANCELED', 3: 'PAID' });
});

test('a refused order is counted by reason and does not hide earlier orders', async () => {
  const { shop } = slowShop({
    place: async ({ invoiceNo }) =>
      invoiceNo === '2' ? { refused: 'insufficient_stock' } : { orderId: invoiceNo, amount: 100 },
  });
  const invoices = [invoice('1', 'ana', 'a'), invoice('2', 'ana', 'a'), invoice('C3', 'ana', 'a')];
  const result = await run(invoices, shop, { shipAfter: 10 });
  expect([...result.refused]).toEqual([['insufficient_stock', 1]]);
  expect(states(result.orders)).toEqual({ 1: 'CANCELED' });
});

test('an unpaid order is not shipped', async () => {
  const { shop, log } = slowShop({ pay: async () => false });
  const result = await run([invoice('1', 'ana', 'a')], shop);
  expect(states(result.orders)).toEqual({ 1: 'UNPAID' });
  expect(log).not.toContain('ship 1');
});

test('a failure is counted, and the other invoices run', async () => {
  const { shop } = slowShop({
    place: async ({ invoiceNo }) => {
      if (invoiceNo === '2') throw new Error('it broke');
      return { orderId: invoiceNo, amount: 100 };
    },
  });
  const result = await run(
    ['1', '2', '3'].map((no) => invoice(no, 'ana', 'a')),
    shop,
  );
  expect(result.failures).toMatchObject({ count: 1, first: [{ message: 'it broke' }] });
  expect(states(result.orders)).toEqual({ 1: 'SHIPPED', 3: 'SHIPPED' });
});

test('a fatal failure starts no further invoice', async () => {
  const { shop } = slowShop({ place: () => Promise.reject(new Error('gone')) });
  const result = await run(manyInvoices(100), shop, { concurrency: 2 }, () => true);
  expect(result.failures.count).toBeLessThanOrEqual(2);
});

test('stopping starts no further invoice and finishes the running ones', async () => {
  const stop = new AbortController();
  const { shop, log } = slowShop();
  const result = await run(manyInvoices(200), shop, {
    concurrency: 4,
    signal: stop.signal,
    onProgress: (done) => done === 20 && stop.abort(),
  });
  expect(result.invoices).toBeGreaterThanOrEqual(20);
  expect(result.invoices).toBeLessThanOrEqual(24);
  for (const { orderId } of result.orders) expect(log).toContain(`pay ${orderId}`);
  expect(result.failures.count).toBe(0);
});
