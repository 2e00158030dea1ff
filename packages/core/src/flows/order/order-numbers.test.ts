import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { orderNumberIn } from '../../order/order-number.ts';
import { openTestDatabase, type TestDatabase } from '../../testing/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const product = { name: 'Blue mug', priceAmount: 1_250, currency: 'GBP' };

async function shopWith(sku: string) {
  const commerce = createCommerce({ database });
  const { id: productId } = await commerce.createProduct({ ...product, sku });
  await commerce.receiveStock({ productId, quantity: 100 });
  const place = async (reference?: string) =>
    commerce.placeOrder({ customerId: 'ana', lines: [{ productId, quantity: 1 }], reference });
  return { commerce, place };
}

test('an order that mints the number of another order gets another one, and is placed once', async () => {
  const { commerce, place } = await shopWith('COLLIDES');
  const first = await place();
  const taken = 0.5;
  const random = vi.spyOn(Math, 'random').mockReturnValueOnce(taken).mockReturnValueOnce(taken);
  const [second, third] = [await place(), await place()];
  random.mockRestore();
  expect(new Set([first.number, second.number, third.number]).size).toBe(3);
  expect(await commerce.getOrder({ orderId: third.id })).toMatchObject({ number: third.number });
  const stock = await database.pool.query(`select reserved_qty from commerce.stocks s
    join commerce.products p on p.id = s.product_id where sku = 'COLLIDES'`);
  expect(stock.rows).toEqual([{ reserved_qty: 3 }]);
});

test('two orders of one batch that mint the same number are both placed, with two numbers', async () => {
  const { place } = await shopWith('TWINS');
  const random = vi.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.25);
  const orders = await Promise.all([place(), place(), place()]);
  random.mockRestore();
  expect(new Set(orders.map(({ number }) => number)).size).toBe(3);
});

test('an order is found by its number as people write it, its reference, and the beginning of its id', async () => {
  const { commerce, place } = await shopWith('FOUND');
  const order = await place('phone call 7');
  const match = { id: order.id, summary: `${order.number} CREATED` };
  const small = order.number.toLowerCase();
  const misread = small.replaceAll('1', 'l').replaceAll('0', 'o');
  for (const text of [order.number, small, small.replace('-', ''), misread, 'phone call 7', order.id.slice(0, 23)])
    expect(await commerce.lookUp({ kind: 'order', text }), text).toEqual({ matches: [match], hasMore: false });
});

test('an API key is found by the name of its client while it is valid', async () => {
  const { commerce } = await shopWith('KEYS');
  const old = await commerce.createApiKey({ name: 'warehouse', scopes: ['stock'] });
  const found = async () => (await commerce.lookUp({ kind: 'apiKey', text: 'warehouse' })).matches.map(({ id }) => id);
  expect(await found()).toEqual([old.id]);
  const fresh = await commerce.createApiKey({ name: 'warehouse', scopes: ['stock'] });
  expect(await found()).toEqual([fresh.id, old.id]);
  await commerce.revokeApiKey({ apiKeyId: old.id });
  expect(await found()).toEqual([fresh.id]);
});

test('the database numbers orders that have none: no two of 100,000 counts share a number', async () => {
  const { rows } = await database.pool.query<{ all: number; first: string }>(
    `select count(distinct commerce.order_number(n)) as all, min(commerce.order_number(n)) as first
    from (select generate_series(1, 50000) union all select generate_series(9999950001, 10000000000)) counts (n)`,
  );
  expect(rows[0]?.all).toBe(100_000);
  expect(orderNumberIn(rows[0]?.first ?? '')).toBe(rows[0]?.first);
});
