import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop({ fewLeftQty: 3 });
});
afterAll(() => shop.close());

const details = {
  description: 'Keeps tea warm.\nHolds 0.7 l.',
  imageUrl: 'https://shop.example/pot.jpg',
  metadata: { color: 'blue', sizes: [1, 2] },
};
const create = async (rest: object = {}) =>
  shop.commerce.createProduct({ sku: randomUUID(), name: 'Teapot', priceAmount: 250, currency: 'GBP', ...rest });

const eventsOf = async (productId: string) => {
  const { rows } = await shop.database.pool.query(
    `select type, payload -> 'changed' as changed from commerce.events where aggregateid = $1 order by version`,
    [productId],
  );
  return rows.map(({ type, changed }) => (changed ? `${type} ${changed.join()}` : type));
};

test('a product has its details in every answer', async () => {
  const created = await create(details);
  expect(created).toMatchObject(details);
  const { id: productId } = created;
  expect(await shop.commerce.getProduct({ productId })).toMatchObject(details);
  expect(await shop.commerce.renameProduct({ productId, name: 'Pot' })).toMatchObject({ name: 'Pot', ...details });
  expect(await shop.commerce.archiveProduct({ productId })).toMatchObject(details);
});

test('an update changes what it names, removes what is null, and records only what differs', async () => {
  const { id: productId } = await create(details);
  const changed = await shop.commerce.updateProduct({ productId, description: 'New', imageUrl: null });
  expect(changed).toMatchObject({ description: 'New', imageUrl: null, metadata: details.metadata, version: 2 });
  expect(await shop.commerce.updateProduct({ productId, description: 'New' })).toMatchObject({ version: 2 });
  expect(await eventsOf(productId)).toEqual(['product.created', 'product.updated description,imageUrl']);
});

test('two updates of one product at once both stay', async () => {
  const { id: productId } = await create();
  await Promise.all([
    shop.commerce.updateProduct({ productId, description: 'a' }),
    shop.commerce.updateProduct({ productId, metadata: { b: 1 } }),
  ]);
  expect(await shop.commerce.getProduct({ productId })).toMatchObject({ description: 'a', metadata: { b: 1 } });
});

test('a repeated call with its key returns the first answer with the details', async () => {
  const input = { sku: randomUUID(), name: 'Cup', priceAmount: 1, currency: 'GBP', ...details };
  const call = { idempotency: { scope: 's', key: randomUUID() } };
  expect(await shop.commerce.createProduct(input, call)).toEqual(await shop.commerce.createProduct(input, call));
});

test.each([
  ['a script as image', { imageUrl: 'javascript:alert(1)' }],
  ['a data address as image', { imageUrl: 'data:image/png;base64,AA==' }],
  ['a relative image', { imageUrl: '/pot.jpg' }],
  ['an image with a password', { imageUrl: 'https://a:b@shop.example/pot.jpg' }],
  ['a long image', { imageUrl: `https://shop.example/${'a'.repeat(2_000)}` }],
  ['a blank description', { description: ' \n' }],
  ['a NUL in the description', { description: 'a\0' }],
  ['a description of 10,001 characters', { description: 'a'.repeat(10_001) }],
  ['metadata that is a list', { metadata: [] }],
  ['metadata of more than 4,096 bytes', { metadata: { a: 'a'.repeat(4_096) } }],
])('a product with %s is refused', async (_, rest) => {
  expect(await errorCodeOf(create(rest))).toBe('validation_failed');
});

test('a product is few up to the number that the shop has set', async () => {
  const { id: productId } = await create();
  const availability = async () => (await shop.commerce.getProduct({ productId })).availability;
  expect(await availability()).toBe('SOLD_OUT');
  await shop.commerce.receiveStock({ productId, quantity: 4 });
  expect(await availability()).toBe('IN_STOCK');
  await shop.commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
  expect(await availability()).toBe('FEW_LEFT');
});

describe('lists', () => {
  const word = `w${randomUUID().slice(0, 8)}`;
  let ids: string[];
  beforeAll(async () => {
    const made = [
      await create({ sku: `${word}-C`, name: `B ${word}`, priceAmount: 300 }),
      await create({ sku: `${word}-A`, name: `C ${word}`, priceAmount: 100, description: 'A red kettle' }),
      await create({ sku: `${word}-B`, name: `B ${word}`, priceAmount: 200 }),
    ];
    ids = made.map(({ id }) => id);
    for (const [index, productId] of ids.entries())
      await shop.commerce.receiveStock({ productId, quantity: [7, 7, 2][index] ?? 1 });
  });

  const order = async (
    list: (page: { cursor?: string; limit: number }) => Promise<{ items: unknown[]; nextCursor: string | null }>,
  ) => {
    const seen: number[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await list({ limit: 1, ...(cursor && { cursor }) });
      for (const item of page.items as { id?: string; productId?: string }[])
        seen.push(ids.indexOf(item.id ?? item.productId ?? ''));
      if (page.nextCursor === null) return seen;
      cursor = page.nextCursor;
    }
  };

  test.each([
    ['-createdAt', [2, 1, 0]],
    ['createdAt', [0, 1, 2]],
    ['name', [0, 2, 1]],
    ['-name', [1, 2, 0]],
    ['sku', [1, 2, 0]],
    ['-sku', [0, 2, 1]],
    ['priceAmount', [1, 2, 0]],
    ['-priceAmount', [0, 2, 1]],
  ] as const)('of products sorted by %s have each product once', async (sort, expected) => {
    expect(await order(async (page) => shop.commerce.listProducts({ q: word, sort, ...page }))).toEqual(expected);
  });

  test.each([
    ['sku', [1, 2, 0]],
    ['-sku', [0, 2, 1]],
    ['sellableQty', [2, 0, 1]],
    ['-sellableQty', [1, 0, 2]],
  ] as const)('of stock sorted by %s have each product once', async (sort, expected) => {
    expect(await order(async (page) => shop.commerce.listStock({ q: word, sort, ...page }))).toEqual(expected);
  });

  test('of stock select what is running out, with its numbers and name', async () => {
    const { items } = await shop.commerce.listStock({ q: word, maxSellableQty: 2 });
    expect(items).toMatchObject([
      { productId: ids[2], sku: `${word}-B`, availableQty: 2, sellableQty: 2, shelfQty: 2 },
    ]);
  });

  test('find a product by its description, and after a change by the new name only', async () => {
    const found = async (q: string) => (await shop.commerce.listProducts({ q })).items.map(({ id }) => ids.indexOf(id));
    expect(await found('RED kett')).toEqual([1]);
    await shop.commerce.renameProduct({ productId: ids[1] ?? '', name: `Zebra ${word}` });
    expect(await found(`zebra red`)).toEqual([1]);
    await shop.commerce.updateProduct({ productId: ids[1] ?? '', description: null });
    expect(await found('kettle')).toEqual([]);
  });
});
