import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const set = (productId: string, expectedAvailableQty: number, availableQty: number) =>
  shop.commerce.setStock({ productId, expectedAvailableQty, availableQty, reason: 'counted' });

test('every change of what is on hand is a movement, and the movements add up to it', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await shop.commerce.receiveStock({ productId, quantity: 30, reason: 'first delivery' });
  expect(await set(productId, 30, 28)).toEqual({ productId, availableQty: 28, reservedQty: 0, sellableQty: 28 });
  const { items } = await shop.commerce.listStockMovements({ productId });
  expect(items.map(({ kind, quantity, reason }) => [kind, quantity, reason])).toEqual([
    ['ADJUSTED', -2, 'counted'],
    ['RECEIVED', 30, 'first delivery'],
  ]);
});

test('a count is set only over what the counter saw', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await expect(set(productId, 9, 12)).rejects.toMatchObject({ code: 'stock_changed', details: { availableQty: 10 } });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('stock cannot be set below what orders hold', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await shop.createTestOrder({ [productId]: 4 });
  await expect(set(productId, 10, 3)).rejects.toMatchObject({
    code: 'stock_below_reserved',
    details: { reservedQty: 4 },
  });
  expect(await set(productId, 10, 4)).toMatchObject({ availableQty: 4, sellableQty: 0 });
});

test('setting what is there already moves nothing', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await set(productId, 10, 10);
  expect((await shop.commerce.listStockMovements({ productId })).items).toHaveLength(1);
});

test('receipts at once all count', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await Promise.all(Array.from({ length: 40 }, () => shop.commerce.receiveStock({ productId, quantity: 3 })));
  expect(await shop.readStock(productId)).toEqual([120, 0]);
});

test('two counters at once: one sets, the other is told', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const codes = await Promise.all([errorCodeOf(set(productId, 10, 11)), errorCodeOf(set(productId, 10, 12))]);
  expect(codes.sort()).toEqual(['accepted', 'stock_changed']);
});

test('no product can hold more units than can be counted', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000_000_000 });
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId, quantity: 1 }))).toBe('stock_too_large');
});

test.each([0, -1, 1.5, NaN, 1_000_000_001])('a receipt of %s is refused', async (quantity) => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity }))).toBe(
    'validation_failed',
  );
});

test('an unknown product has no stock', async () => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity: 1 }))).toBe(
    'product_not_found',
  );
  expect(await errorCodeOf(shop.commerce.getStock({ productId: randomUUID() }))).toBe('product_not_found');
  expect(await errorCodeOf(shop.commerce.listStockMovements({ productId: randomUUID() }))).toBe('product_not_found');
});

test('neither ledger nor log can be changed afterwards', async () => {
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
