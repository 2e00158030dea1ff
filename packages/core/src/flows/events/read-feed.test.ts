import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

describe('the log of events read backward', () => {
  let shop: TestShop;
  const productIds: string[] = [];
  beforeAll(async () => {
    shop = await createTestShop();
    for (let count = 0; count < 4; count += 1) productIds.push(await shop.createTestProduct({ quantity: 1 }));
    await shop.commerce.numberEvents();
  });
  afterAll(() => shop?.close());

  const pagesOf = async (filter: Parameters<TestShop['commerce']['listEvents']>[0]) => {
    const pages: string[][] = [];
    let before = 'now';
    do {
      const page = await shop.commerce.listEvents({ ...filter, before, limit: 3 });
      pages.push(page.items.map(({ position }) => position));
      before = page.nextCursor;
    } while (before !== '0');
    return pages;
  };

  test('has the same events as forward, the latest first, page by page', async () => {
    const { items } = await shop.commerce.listEvents({ limit: 500 });
    const pages = await pagesOf({});
    expect(items.length).toBeGreaterThan(3);
    expect(pages.flat()).toEqual(items.map(({ position }) => position).toReversed());
    expect(pages.slice(0, -1).every((page) => page.length === 3)).toBe(true);
  });

  test.each<[string, () => NonNullable<Parameters<TestShop['commerce']['listEvents']>[0]>]>([
    ['types', () => ({ types: ['stock.received'] })],
    ['an aggregate', () => ({ aggregateId: productIds[1] ?? '' })],
    ['a kind of aggregate', () => ({ aggregateType: 'product' })],
  ])('is filtered by %s', async (_, filterOf) => {
    const { items } = await shop.commerce.listEvents({ ...filterOf(), limit: 500 });
    expect(items).not.toEqual([]);
    expect((await pagesOf(filterOf())).flat()).toEqual(items.map(({ position }) => position).toReversed());
  });

  test('ends at the beginning, and an empty page has nothing before it', async () => {
    expect(await shop.commerce.listEvents({ before: '0' })).toEqual({ items: [], nextCursor: '0' });
    expect(await shop.commerce.listEvents({ before: 'now', aggregateType: 'endpoint' })).toEqual({
      items: [],
      nextCursor: '0',
    });
  });

  test('refuses a position that the log has not, and a direction both ways', async () => {
    await expect(shop.commerce.listEvents({ before: '1.999' })).rejects.toMatchObject({ code: 'position_not_found' });
    await expect(shop.commerce.listEvents({ before: 'now', after: '0' })).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await expect(shop.commerce.listEvents({ before: 'now', waitMs: 10 })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });
});
