import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const setStock = (productId: string, expectedAvailableQty: number, availableQty: number) =>
  shop.commerce.setStock({ productId, expectedAvailableQty, availableQty, reason: 'counted' });

test('every change of the quantity on hand is a stock movement, and the movements add up to it', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await shop.commerce.receiveStock({ productId, quantity: 30, reason: 'first delivery' });
  expect(await setStock(productId, 30, 28)).toEqual({ productId, availableQty: 28, reservedQty: 0, sellableQty: 28 });
  const { items } = await shop.commerce.listStockMovements({ productId });
  expect(items.map(({ kind, quantity, reason }) => [kind, quantity, reason])).toEqual([
    ['ADJUSTED', -2, 'counted'],
    ['RECEIVED', 30, 'first delivery'],
  ]);
});

test('setStock rejects a count when the quantity on hand is not the expected one', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await expect(setStock(productId, 9, 12)).rejects.toMatchObject({
    code: 'stock_changed',
    details: { availableQty: 10 },
  });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('setStock rejects a quantity below the reserved units', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await shop.createTestOrder({ [productId]: 4 });
  await expect(setStock(productId, 10, 3)).rejects.toMatchObject({
    code: 'stock_below_reserved',
    details: { reservedQty: 4 },
  });
  expect(await setStock(productId, 10, 4)).toMatchObject({ availableQty: 4, sellableQty: 0 });
});

test('setStock with the current quantity records no stock movement', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await setStock(productId, 10, 10);
  expect((await shop.commerce.listStockMovements({ productId })).items).toHaveLength(1);
});

test('40 concurrent receipts are all counted', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await Promise.all(Array.from({ length: 40 }, () => shop.commerce.receiveStock({ productId, quantity: 3 })));
  expect(await shop.readStock(productId)).toEqual([120, 0]);
});

test('one of two concurrent counts is set, and the other is rejected with stock_changed', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const codes = await Promise.all([errorCodeOf(setStock(productId, 10, 11)), errorCodeOf(setStock(productId, 10, 12))]);
  expect(codes.sort()).toEqual(['accepted', 'stock_changed']);
});

test('receiveStock rejects more than 1,000,000,000 units on hand', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000_000_000 });
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId, quantity: 1 }))).toBe('stock_too_large');
});

test.each([0, -1, 1.5, NaN, 1_000_000_001])('receiveStock rejects a quantity of %s', async (quantity) => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity }))).toBe(
    'validation_failed',
  );
});

test('stock of an unknown product can be neither read nor received', async () => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity: 1 }))).toBe(
    'product_not_found',
  );
  expect(await errorCodeOf(shop.commerce.getStock({ productId: randomUUID() }))).toBe('product_not_found');
  expect(await errorCodeOf(shop.commerce.listStockMovements({ productId: randomUUID() }))).toBe('product_not_found');
});

test('rows of stock_movements and events can be neither changed nor deleted', async () => {
  for (const table of ['stock_movements', 'events']) {
    for (const statement of [
      `delete from commerce.${table}`,
      `truncate commerce.${table}`,
      `update commerce.${table} set created_at = now()`,
    ]) {
      await expect(shop.database.pool.query(statement)).rejects.toThrow('append-only');
    }
  }
});
