import { afterAll, beforeAll, expect, test } from 'vitest';
import { present } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { ShelfCommands } from './shelf-commands.testing.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const answersOfAll = [
  'accepted',
  'insufficient_stock',
  'invalid_transition',
  'stock_below_orders',
  'stock_changed',
  'units_not_in_return',
  'units_not_refundable',
  'units_not_restockable',
  'units_not_returnable',
];

test.each([1, 2, 3])(
  'the stock after each of 500 random commands is what a model of the shelf says (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const products = [
      await shop.createTestProduct({ quantity: 0 }),
      await shop.createTestProduct({ quantity: 0 }),
      await shop.createTestProduct({ quantity: 0 }),
    ];
    const commands = new ShelfCommands(shop, products, random);
    const { model, weights } = commands;
    const names = Object.entries(weights).flatMap(([name, weight]) =>
      // Object.entries returns strings, though the table has no other keys.
      Array.from({ length: weight }, () => name as keyof typeof weights),
    );
    const answers = new Set<string>();
    const statuses = new Set<string>();
    for (let step = 0; step < 500; step += 1) {
      const name = present(names[Math.floor(random() * names.length)], 'the command');
      const [answer, expected] = (await commands[name]()) ?? [];
      const what = `step ${step}: ${name}`;
      expect(answer, what).toBe(expected);
      answers.add(`${answer}`);
      for (const { status } of model.orders) statuses.add(status);
      const stocks = await Promise.all(products.map(async (productId) => shop.commerce.getStock({ productId })));
      expect(stocks, what).toEqual(products.map((productId) => model.stock(productId)));
    }
    expect([...answers]).toEqual(expect.arrayContaining(answersOfAll));
    expect(statuses.size, 'every status was reached').toBe(5);
    expect(model.orders.filter(({ hasShipped }) => hasShipped).length).toBeGreaterThan(10);
  },
);
