import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const createTestProduct = (sku: string, rest = {}) =>
  shop.commerce.createProduct({ sku, name: 'Lantern', priceAmount: 250, currency: 'GBP', ...rest });

async function eventTypesOf(productId: string): Promise<string[]> {
  const { rows } = await shop.database.pool.query(
    'select type from commerce.events where aggregateid = $1 order by version',
    [productId],
  );
  return rows.map(({ type }) => type);
}

test('a new product has no stock, and products are returned with their sellable quantity', async () => {
  const { id } = await createTestProduct('LANTERN-1');
  expect(await shop.commerce.getProduct({ productId: id })).toMatchObject({
    sku: 'LANTERN-1',
    priceAmount: 250,
    sellableQty: 0,
  });
  await shop.commerce.receiveStock({ productId: id, quantity: 5 });
  await shop.commerce.placeOrder({ customerId: 'c', lines: [{ productId: id, quantity: 2 }] });
  expect((await shop.commerce.listProducts({ sku: 'LANTERN-1' })).items).toMatchObject([{ id, sellableQty: 3 }]);
});

test('one of 20 concurrent products with an equal sku is created', async () => {
  const codes = await Promise.all(Array.from({ length: 20 }, () => errorCodeOf(createTestProduct('ONCE'))));
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect(codes.filter((code) => code === 'sku_taken')).toHaveLength(19);
});

test('a new name and a new price record one event each, and an equal price records none', async () => {
  const { id: productId } = await createTestProduct(randomUUID());
  expect(await shop.commerce.renameProduct({ productId, name: 'Big lantern' })).toMatchObject({
    name: 'Big lantern',
    version: 2,
  });
  expect(await shop.commerce.repriceProduct({ productId, priceAmount: 300 })).toMatchObject({
    priceAmount: 300,
    version: 3,
  });
  await shop.commerce.repriceProduct({ productId, priceAmount: 300 });
  expect(await eventTypesOf(productId)).toEqual(['product.created', 'product.renamed', 'product.repriced']);
});

test('an archived product leaves the list, its orders can still be paid, and it stays archived', async () => {
  const { id: productId } = await createTestProduct(randomUUID());
  await shop.commerce.receiveStock({ productId, quantity: 5 });
  const order = await shop.createTestOrder({ [productId]: 1 });
  const { archivedAt } = await shop.commerce.archiveProduct({ productId });
  expect((await shop.commerce.archiveProduct({ productId })).archivedAt).toEqual(archivedAt);
  expect(await errorCodeOf(shop.commerce.getProduct({ productId }))).toBe('product_not_found');
  expect(await shop.commerce.getProduct({ productId, includeArchived: true })).toMatchObject({ sellableQty: 0 });
  expect((await shop.commerce.listProducts({ limit: 100 })).items.map(({ id }) => id)).not.toContain(productId);
  const payment = await shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
  expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
});

test.each([
  ['a blank sku', { sku: ' ' }],
  ['a sku of two lines', { sku: 'a\nb' }],
  ['a NUL in the name', { name: 'a\0' }],
  ['a negative price', { priceAmount: -1 }],
  ['a fractional price', { priceAmount: 0.5 }],
  ['a price above the maximum', { priceAmount: 1e15 }],
  ['an unknown currency', { currency: 'Pounds' }],
])('createProduct rejects %s', async (_, rest) => {
  expect(await errorCodeOf(createTestProduct(randomUUID(), rest))).toBe('validation_failed');
});

test('an unknown product can be neither read nor changed', async () => {
  const productId = randomUUID();
  expect(await errorCodeOf(shop.commerce.renameProduct({ productId, name: 'x' }))).toBe('product_not_found');
  expect(await errorCodeOf(shop.commerce.archiveProduct({ productId }))).toBe('product_not_found');
  expect(await errorCodeOf(shop.commerce.getProduct({ productId }))).toBe('product_not_found');
});

test('pages of products follow one another without a gap or a repeat', async () => {
  const created = await Promise.all(Array.from({ length: 7 }, () => createTestProduct(randomUUID())));
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await shop.commerce.listProducts({ limit: 3, cursor });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(new Set(seen).size).toBe(seen.length);
  for (const { id } of created) expect(seen).toContain(id);
});
