import { expect, test } from 'vitest';
import { invoice, runReplay, slowShop, states } from './replay.testing.ts';

test('every order is placed, paid and shipped', async () => {
  const { shop, log } = slowShop();
  const result = await runReplay([invoice('1', 'ana', 'a'), invoice('2', 'bo', 'a', 'b')], shop);
  for (const no of [1, 2]) {
    expect(log.filter((entry) => entry.endsWith(` ${no}`))).toEqual([`place ${no}`, `pay ${no}`, `ship ${no}`]);
  }
  expect(result).toMatchObject({ invoices: 2, failures: { count: 0 } });
  expect(states(result.orders)).toEqual({ 1: 'SHIPPED', 2: 'SHIPPED' });
});

test("a cancellation cancels its customer's latest open order with that product", async () => {
  const { shop, log } = slowShop();
  const result = await runReplay(
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
  const result = await runReplay(orders, shop, { shipAfter: 10 });
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
  const result = await runReplay(invoices, shop);
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

test('an unpaid order returns nothing', async () => {
  const { shop } = slowShop({ pay: async () => false });
  const { cancellations } = await runReplay([invoice('1', 'ana', 'a'), invoice('C2', 'ana', 'a')], shop);
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
  const { orders, cancellations } = await runReplay(invoices, shop, { shipAfter: example.shipAfter, concurrency: 3 });
  expect(states(orders)['first'] === 'CANCELED').toBe(example.canceled);
  expect(cancellations.canceling).toBe(example.canceled ? 1 : 0);
});

test('the last orders stay open when shipping lags, and all when nothing ships', async () => {
  const invoices = ['1', '2', '3', '4'].map((no) => invoice(no, no, 'a'));
  const lagging = await runReplay(invoices, slowShop().shop, { shipAfter: 2 });
  expect(states(lagging.orders)).toEqual({ 1: 'SHIPPED', 2: 'SHIPPED', 3: 'PAID', 4: 'PAID' });
  const { shop, log } = slowShop();
  await runReplay(invoices, shop, { shipAfter: Number.POSITIVE_INFINITY });
  expect(log.filter((entry) => entry.startsWith('ship'))).toEqual([]);
});

test('a refused order is counted by reason and does not hide earlier orders', async () => {
  const { shop } = slowShop({
    place: async ({ invoiceNo }) =>
      invoiceNo === '2' ? { refused: 'insufficient_stock' } : { orderId: invoiceNo, amount: 100 },
  });
  const invoices = [invoice('1', 'ana', 'a'), invoice('2', 'ana', 'a'), invoice('C3', 'ana', 'a')];
  const result = await runReplay(invoices, shop, { shipAfter: 10 });
  expect([...result.refused]).toEqual([['insufficient_stock', 1]]);
  expect(states(result.orders)).toEqual({ 1: 'CANCELED' });
});

test('an unpaid order is not shipped', async () => {
  const { shop, log } = slowShop({ pay: async () => false });
  const result = await runReplay([invoice('1', 'ana', 'a')], shop);
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
  const result = await runReplay(
    ['1', '2', '3'].map((no) => invoice(no, 'ana', 'a')),
    shop,
  );
  expect(result.failures).toMatchObject({ count: 1, first: [{ message: 'it broke' }] });
  expect(states(result.orders)).toEqual({ 1: 'SHIPPED', 3: 'SHIPPED' });
});
