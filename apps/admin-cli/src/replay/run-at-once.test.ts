import { expect, test } from 'vitest';
import { invoice, manyInvoices, runReplay, slowShop, states } from './replay.testing.ts';

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
  const result = await runReplay(invoices, shop, {
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

test('the result is the same for one invoice at a time and for many at once', async () => {
  const invoices = manyInvoices(400);
  const one = await runReplay(invoices, slowShop().shop, { shipAfter: 7 });
  expect(one.cancellations.canceling).toBeGreaterThan(20);
  expect(one.cancellations.returning).toBeGreaterThan(20);
  const { shop, busy } = slowShop();
  const many = await runReplay(invoices, shop, { shipAfter: 7, concurrency: 12 });
  expect(states(many.orders)).toEqual(states(one.orders));
  expect(many.cancellations).toEqual(one.cancellations);
  expect(busy.most).toBe(12);
});

test("one customer's invoices run in the file's order, however many run at once", async () => {
  const invoices = manyInvoices(200);
  const { shop, log } = slowShop();
  await runReplay(invoices, shop, { concurrency: 12, shipAfter: Number.POSITIVE_INFINITY });
  for (const customer of new Set(invoices.map(({ customerId }) => customerId))) {
    if (customer === 'guest') continue;
    const theirs = invoices.filter(({ customerId, isCancellation }) => customerId === customer && !isCancellation);
    const placed = log.filter((entry) => theirs.some(({ invoiceNo }) => entry === `place ${invoiceNo}`));
    expect(placed).toEqual(theirs.map(({ invoiceNo }) => `place ${invoiceNo}`));
  }
});

test('guests’ orders do not wait for each other', async () => {
  const { shop, busy } = slowShop();
  await runReplay(
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
  const { orders } = await runReplay(invoices, shop, { concurrency: 4, shipAfter: 10 });
  expect(states(orders)).toEqual({ 0: 'PAID', 1: 'CANCELED', 3: 'PAID' });
});

test('a fatal failure starts no further invoice', async () => {
  const { shop } = slowShop({ place: () => Promise.reject(new Error('gone')) });
  const result = await runReplay(manyInvoices(100), shop, { concurrency: 2 }, () => true);
  expect(result.failures.count).toBeLessThanOrEqual(2);
});

test('stopping starts no further invoice and finishes the running ones', async () => {
  const stop = new AbortController();
  const { shop, log } = slowShop();
  const result = await runReplay(manyInvoices(200), shop, {
    concurrency: 4,
    signal: stop.signal,
    onProgress: (done) => done === 20 && stop.abort(),
  });
  expect(result.invoices).toBeGreaterThanOrEqual(20);
  expect(result.invoices).toBeLessThanOrEqual(24);
  for (const { orderId } of result.orders) expect(log).toContain(`pay ${orderId}`);
  expect(result.failures.count).toBe(0);
});
