import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../../errors.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const row = (sku: string, rest = {}) => ({ sku, name: 'Lamp', priceAmount: 250, currency: 'GBP', ...rest });
const effects = (outcomes: readonly Outcome<string>[]) =>
  outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.code));
const load = async (...rows: Parameters<TestShop['commerce']['importProducts']>[0][number][]) =>
  effects(await shop.commerce.importProducts(rows));

async function eventsOf(sku: string): Promise<string[]> {
  const { rows } = await shop.database.pool.query<{ type: string }>(
    `select e.type from commerce.events e join commerce.products p on p.id = e.aggregateid where p.sku = $1
      order by e.version`,
    [sku],
  );
  return rows.map(({ type }) => type);
}
const productOf = async (sku: string) => (await shop.commerce.listProducts({ sku })).items[0];

test('an import creates products with stock, changes others, and leaves equal ones, each with its events', async () => {
  const [a, b] = [randomUUID(), randomUUID()];
  const details = {
    description: 'Bright',
    imageUrl: 'https://shop.example/a.png',
    metadata: { long: 1, a: { z: 1, b: 2 } },
  };
  expect(await load(row(a), row(b, details))).toEqual(['created', 'created']);
  expect(await load(row(a), row(b, details))).toEqual(['unchanged', 'unchanged']);
  expect(await load(row(a, { name: 'Lantern', priceAmount: 300, ...details }), { sku: b, priceAmount: 1 })).toEqual([
    'updated',
    'updated',
  ]);
  expect(await eventsOf(a)).toEqual(['product.created', 'product.renamed', 'product.repriced', 'product.updated']);
  expect(await eventsOf(b)).toEqual(['product.created', 'product.repriced']);
  expect(await productOf(a)).toMatchObject({ name: 'Lantern', priceAmount: 300, ...details, sellableQty: 0 });
  expect(await productOf(b)).toMatchObject({ name: 'Lamp', priceAmount: 1, ...details });
  expect(await load({ sku: b, description: null })).toEqual(['updated']);
  expect(await productOf(b)).toMatchObject({ description: null, imageUrl: details.imageUrl });
});

test('a row that is refused says why, and leaves the others as they are', async () => {
  const [archived, known, good] = [randomUUID(), randomUUID(), randomUUID()];
  await load(row(archived), row(known));
  await shop.commerce.archiveProduct({ productId: (await productOf(archived))?.id ?? '' });
  const outcomes = await shop.commerce.importProducts([
    row(archived, { name: 'New' }),
    row(known, { currency: 'EUR' }),
    { sku: randomUUID(), priceAmount: 1 },
    row(randomUUID(), { priceAmount: -1 }),
    row(randomUUID(), { imageUrl: 'javascript:alert(1)' }),
    row(' '),
    row(good),
    row(good, { name: 'Other' }),
  ]);
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message))).toEqual([
    'an archived product has this sku',
    'currency: the product has GBP, and a currency stays',
    'name, currency: a new product needs it',
    expect.stringMatching(/^priceAmount: /),
    expect.stringMatching(/^imageUrl: /),
    expect.stringMatching(/^sku: /),
    'created',
    'sku: another row before has this sku',
  ]);
  expect(await productOf(good)).toMatchObject({ name: 'Lamp' });
});

test('a dry run says the same and writes nothing', async () => {
  const [fresh, known] = [randomUUID(), randomUUID()];
  await load(row(known));
  const rows = [row(fresh), row(known, { name: 'Other' }), row(known.toUpperCase(), { currency: 'XYZ' })];
  const outcomes = await shop.commerce.importProducts(rows, { dryRun: true });
  expect(effects(outcomes)).toEqual(['created', 'updated', 'validation_failed']);
  expect(await productOf(fresh)).toBeUndefined();
  expect(await eventsOf(known)).toEqual(['product.created']);
  expect(effects(await shop.commerce.importProducts(rows))).toEqual(effects(outcomes));
});

test('a call of more than 1,000 rows is refused, and one of none does nothing', async () => {
  const rows = Array.from({ length: 1_001 }, () => row(randomUUID()));
  expect(await errorCodeOf(shop.commerce.importProducts(rows))).toBe('validation_failed');
  expect(await load()).toEqual([]);
  expect(effects(await shop.commerce.importProducts(rows.slice(1)))).toEqual(Array(1_000).fill('created'));
});

describe('imports at once', () => {
  test('of the same products create and change each once', async () => {
    const rows = Array.from({ length: 200 }, () => row(randomUUID()));
    const changed = rows.map((each) => ({ ...each, priceAmount: 900 }));
    for (const given of [rows, changed]) {
      const all = await Promise.all(
        [given, given.toReversed(), given].map(async (some) => shop.commerce.importProducts(some)),
      );
      expect(all.flat().every(({ ok }) => ok)).toBe(true);
    }
    for (const { sku } of [rows[0], rows[100], rows[199]].flatMap((each) => each ?? []))
      expect(await eventsOf(sku)).toEqual(['product.created', 'product.repriced']);
  });

  test('with a product that is created meanwhile change it', async () => {
    const skus = Array.from({ length: 50 }, () => randomUUID());
    const [codes, loaded] = await Promise.all([
      Promise.all(skus.map(async (sku) => errorCodeOf(shop.commerce.createProduct(row(sku, { name: 'By hand' }))))),
      shop.commerce.importProducts(skus.map((sku) => row(sku))),
    ]);
    for (const [index, sku] of skus.entries()) {
      const byHand = codes[index] === 'accepted';
      expect(await eventsOf(sku)).toEqual(byHand ? ['product.created', 'product.renamed'] : ['product.created']);
      expect(effects(loaded)[index]).toBe(byHand ? 'updated' : 'created');
      expect((await productOf(sku))?.name).toBe('Lamp');
    }
  });

  test('do not wait for a row that is locked when nothing changes', async () => {
    const sku = randomUUID();
    await load(row(sku));
    const holder = await shop.database.pool.connect();
    try {
      await holder.query('begin');
      await holder.query('select from commerce.stocks where product_id = $1 for update', [(await productOf(sku))?.id]);
      expect(await load(row(sku))).toEqual(['unchanged']);
      expect(effects(await shop.commerce.importStockCounts([{ sku, countedQty: 0, reason: 'x' }]))).toEqual([
        'unchanged',
      ]);
      expect(await errorCodeOf(shop.commerce.importProducts([row(sku, { name: 'Other' })]))).toBe('overloaded');
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  });
});

describe('counts', () => {
  const count = (sku: string, countedQty: number, rest = {}) => ({ sku, countedQty, reason: 'counted', ...rest });
  const take = async (...rows: Parameters<TestShop['commerce']['importStockCounts']>[0][number][]) =>
    effects(await shop.commerce.importStockCounts(rows));

  test('set the units on the shelf, sold ones included, and the same counts again change nothing', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await load(row(a), row(b));
    expect(await take(count(a, 10), count(b, 0))).toEqual(['updated', 'unchanged']);
    const productId = (await productOf(a))?.id ?? '';
    const { payment } = await shop.createPendingOrder({ [productId]: 3 });
    await shop.sendWebhook('CAPTURED', payment);
    expect(await take(count(a, 10), count(b, 0))).toEqual(['unchanged', 'unchanged']);
    expect(await take(count(a, 9))).toEqual(['updated']);
    expect(await shop.commerce.getStock({ productId })).toMatchObject({
      availableQty: 6,
      unshippedQty: 3,
      shelfQty: 9,
    });
    const { items } = await shop.commerce.listStockMovements({ productId });
    expect(items.map(({ kind, quantity }) => [kind, quantity])).toEqual([
      ['ADJUSTED', -1],
      ['SOLD', -3],
      ['ADJUSTED', 10],
    ]);
    expect(await eventsOf(a)).toEqual(['product.created', 'stock.adjusted', 'stock.adjusted']);
  });

  test('are refused by row, and the others are taken; a dry run says the same', async () => {
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
    await load(row(a), row(b), row(c));
    await take(count(a, 10), count(b, 5));
    await shop.createTestOrder({ [(await productOf(a))?.id ?? '']: 4 });
    const rows = [
      count(a, 3),
      count(b, 6, { expectedShelfQty: 4 }),
      count(c, 7, { expectedShelfQty: 0 }),
      count('none', 1),
      count(randomUUID(), -1),
      count(c, 8),
    ];
    const expected = ['stock_below_orders', 'stock_changed', 'updated', 'product_not_found', 'validation_failed'];
    const dry = effects(await shop.commerce.importStockCounts(rows, { dryRun: true }));
    expect(dry).toEqual([...expected, 'validation_failed']);
    expect((await productOf(c))?.sellableQty).toBe(0);
    expect(await take(...rows)).toEqual(dry);
    expect(await take(count(c, 7, { expectedShelfQty: 0 }), count(c.toUpperCase(), 1_500_000_000))).toEqual([
      'unchanged',
      'product_not_found',
    ]);
    expect(await take(count(c, 1_500_000_000))).toEqual(['stock_too_large']);
  });
});
