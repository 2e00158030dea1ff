import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

async function newProduct(): Promise<string> {
  const sku = `SKU-${randomUUID()}`;
  await shop.json('products', 'create', sku, 'Mug', '1', 'GBP');
  return sku;
}

test('received, counted and reserved units are shown', async () => {
  const sku = await newProduct();
  expect(await shop.json('stock', 'receive', sku, '100', '--reason', 'delivery 4711')).toMatchObject({
    availableQty: 100,
  });
  await shop.json('orders', 'create', `${sku}=3`, '--customer', 'ana');
  const counted = await shop.json('stock', 'count', sku, '97', '--expected', '100', '--reason', 'three were broken');
  expect(counted).toMatchObject({ availableQty: 97, reservedQty: 3, unshippedQty: 0, sellableQty: 94, shelfQty: 97 });

  const shown = await shop.run('stock', 'show', sku);
  expect(shown.out).toMatch(/available +97\nreserved +3\nleft to sell +94\nsold, unshipped +0\non the shelf +97\n/);
  const { items } = await shop.json('stock', 'movements', sku);
  expect(items).toMatchObject([
    { kind: 'ADJUSTED', quantity: -3, reason: 'three were broken' },
    { kind: 'RECEIVED', quantity: 100, reason: 'delivery 4711' },
  ]);
  expect((await shop.run('stock', 'movements', sku)).out).toMatch(/ADJUSTED +-3 +three were broken/);
});

test('stock count is refused after a change in between, and shows the units on the shelf', async () => {
  const sku = await newProduct();
  await shop.json('stock', 'receive', sku, '10');
  const refused = await shop.run('stock', 'count', sku, '5', '--expected', '9', '--reason', 'counted');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/\(stock_changed\)\n {2}on the shelf: 10\n/);
  expect(await shop.json('stock', 'show', sku)).toMatchObject({ availableQty: 10 });
});

test('stock cannot be counted below the reserved and the sold units', async () => {
  const sku = await newProduct();
  await shop.json('stock', 'receive', sku, '10');
  await shop.json('orders', 'create', `${sku}=4`, '--customer', 'ana');
  const refused = await shop.run('stock', 'count', sku, '3', '--reason', 'counted');
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/\(stock_below_orders\)\n {2}reserved by orders: 4\n {2}sold, unshipped: 0\n/);
});

test('stock count needs a reason, and sends nothing without one', async () => {
  const sku = await newProduct();
  await shop.json('stock', 'receive', sku, '10');
  expect(await shop.run('stock', 'count', sku, '3')).toMatchObject({ code: 2, out: '' });
  expect(await shop.json('stock', 'show', sku)).toMatchObject({ shelfQty: 10 });
});

test('a key for stock alone finds products by their sku', async () => {
  const sku = await newProduct();
  const env = { COMMERCE_API_KEY: await shop.api.createApiKey('stock') };
  expect((await runCommerce(shop.folder, ['stock', 'receive', sku, '4'], env)).out).toMatch(/available +4\n/);
  const unknown = await runCommerce(shop.folder, ['stock', 'show', 'NO-SUCH-SKU'], env);
  expect(unknown).toMatchObject({
    code: 1,
    err:
      'error: There is no product NO-SUCH-SKU. Give its id or sku, ' +
      'or the beginning of its id: 4 characters or more.\n',
  });
});

test('a product without stock has no movements and exits 0', async () => {
  const sku = await newProduct();
  expect(await shop.run('stock', 'movements', sku)).toEqual({
    code: 0,
    out: '',
    err: 'The stock of this product has never changed.\n',
  });
  expect(await shop.json('stock', 'movements', sku)).toEqual({ items: [], nextCursor: null });
});

test('stock list shows what is running out, and finds products by their words', async () => {
  const sku = `SKU-${randomUUID()}`;
  await shop.json('products', 'create', sku, 'Rare mug', '12.50', 'GBP');
  await shop.json('products', 'update', sku, '--description', 'A kettlebell', '--image', 'https://shop.example/a.jpg');
  await shop.json('stock', 'receive', sku, '2');
  const { items } = await shop.json('stock', 'list', '--q', sku.toLowerCase(), '--low', '2');
  expect(items).toMatchObject([{ sku, sellableQty: 2 }]);
  expect((await shop.json('products', 'list', '--q', 'kettleb')).items).toMatchObject([{ sku, sellableQty: 2 }]);
  expect((await shop.json('stock', 'list', '--q', sku, '--low', '1')).items).toEqual([]);
});
