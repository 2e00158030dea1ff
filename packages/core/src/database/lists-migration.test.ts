import { afterAll, beforeAll, expect, test } from 'vitest';
import { present } from '../testing/only.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';
import { readMigrations } from './migrate.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

test('a shop of an older version finds its products, and its orders and sales from the first event on', async () => {
  const { commerce, database } = shop;
  const product = { name: 'Blue tea-pot', priceAmount: 100, currency: 'EUR' };
  const { id: productId } = await commerce.createProduct({ sku: 'POT-7', ...product });
  await commerce.receiveStock({ productId, quantity: 5 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('CAPTURED', payment);
  await commerce.numberEvents();
  await commerce.updateReports();
  // The rows that an older version didn't have. The last statement of the migration adds those of the products.
  await database.pool.query(`delete from commerce.product_details; delete from commerce.order_search;
    delete from commerce.paid_orders; delete from commerce.sales_quarters; delete from commerce.order_counts;
    update commerce.report_progress set position = 0`);
  const migration = readMigrations().find(({ name }) => name.endsWith('_lists'));
  await database.pool.query(present(present(migration, 'the migration').statements.at(-1), 'the last statement'));
  for (const q of ['blue', 'tea-p', 'pot', '7'])
    expect((await commerce.listProducts({ q })).items.map(({ id }) => id)).toEqual([productId]);
  expect(await commerce.getProduct({ productId })).toMatchObject({ description: null, metadata: null });
  while ((await commerce.updateReports(2)) > 0);
  const { items } = await commerce.listOrders({ paidFrom: '2026-01-01T00:00:00Z', minTotalAmount: 200 });
  expect(items.map(({ id }) => id)).toEqual([orderId]);
  expect(await commerce.orderStats()).toMatchObject({ orders: 1, lagEvents: 0 });
});
