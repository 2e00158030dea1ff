import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

describe('the quote hook', () => {
  const commerceWithQuote = (quote: (order: { lines: readonly unknown[] }) => unknown) =>
    // The types forbid some of these quotes, so the cast is needed.
    createCommerce({ database: shop.database, quote: quote as never });
  const quoteLine = (kind: string, unitAmount: number) => ({ kind, name: kind, quantity: 1, unitAmount });

  test('adds shipping, discounts and tax to the total', async () => {
    const productId = await shop.createTestProduct();
    const commerce = commerceWithQuote(() => [
      quoteLine('SHIPPING', 3000),
      quoteLine('DISCOUNT', -500),
      quoteLine('TAX', 350),
    ]);
    const order = await commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 2 }] });
    expect(order.totalAmount).toBe(2000 + 3000 - 500 + 350);
    expect(order.lines.map(({ kind, lineNo, paidAmount }) => [lineNo, kind, paidAmount])).toEqual([
      [1, 'PRODUCT', 2000 - 200 + 140],
      [2, 'SHIPPING', 3000 - 300 + 210],
      [3, 'DISCOUNT', 0],
      [4, 'TAX', 0],
    ]);
    expect(await commerce.getOrder({ orderId: order.id })).toEqual(order);
  });

  test('says which lines share a discount or tax; its shipping lines follow the products’ numbers', async () => {
    const [mug, tray] = [await shop.createTestProduct(), await shop.createTestProduct()];
    const commerce = commerceWithQuote(() => [
      { ...quoteLine('DISCOUNT', -400), appliesTo: [2] },
      quoteLine('SHIPPING', 3000),
      { ...quoteLine('DISCOUNT', -3000), appliesTo: [4] },
      { ...quoteLine('TAX', 90), appliesTo: [1, 2] },
    ]);
    const lines = [mug, tray].map((productId) => ({ productId, quantity: 1 }));
    const order = await commerce.placeOrder({ customerId: 'c', lines });
    expect(
      order.lines.map(({ discountAmount, taxAmount, paidAmount }) => [discountAmount, taxAmount, paidAmount]),
    ).toEqual([
      [0, 56, 1056],
      [-400, 34, 634],
      [0, 0, 0],
      [-3000, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await commerce.getOrder({ orderId: order.id })).toEqual(order);
    expect(await commerce.cancelOrder({ orderId: order.id })).toMatchObject({ lines: order.lines });
  });

  test('cannot return a discount above the price of the lines that it applies to', async () => {
    const [mug, tray] = [await shop.createTestProduct(), await shop.createTestProduct()];
    const commerce = commerceWithQuote(() => [{ ...quoteLine('DISCOUNT', -1001), appliesTo: [1] }]);
    const lines = [mug, tray].map((productId) => ({ productId, quantity: 1 }));
    await expect(commerce.placeOrder({ customerId: 'c', lines })).rejects.toMatchObject({
      code: 'validation_failed',
      message: 'a discount exceeds the price of the lines that it applies to',
    });
    expect(await shop.readStock(mug)).toEqual([10, 0]);
  });

  test('cannot return a discount above the price of the order', async () => {
    const productId = await shop.createTestProduct();
    const commerce = commerceWithQuote(() => [quoteLine('DISCOUNT', -1001)]);
    expect(await errorCodeOf(commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] }))).toBe(
      'validation_failed',
    );
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });

  test.each([
    ['a promise', async () => []],
    ['a product', () => [{ ...quoteLine('PRODUCT', 1), productId: randomUUID() }]],
    ['a discount above zero', () => [quoteLine('DISCOUNT', 1)]],
    ['a fractional amount', () => [quoteLine('TAX', 0.5)]],
    ['shipping that applies to a line', () => [{ ...quoteLine('SHIPPING', 1), appliesTo: [1] }]],
    ['a tax that applies to no line', () => [{ ...quoteLine('TAX', 1), appliesTo: [] }]],
    ['a tax that applies to a missing line', () => [{ ...quoteLine('TAX', 1), appliesTo: [3] }]],
    ['a tax that applies to itself', () => [{ ...quoteLine('TAX', 1), appliesTo: [2] }]],
  ])('that returns %s causes a fault, and nothing is reserved', async (_, quote) => {
    const productId = await shop.createTestProduct();
    await expect(
      commerceWithQuote(quote).placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] }),
    ).rejects.toThrow('quote hook');
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });
});
