import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop();
const run = (...args: string[]) => shop.run(...args);
const json = (...args: string[]) => shop.json(...args);

async function createProduct(): Promise<string> {
  const sku = `SKU-${randomUUID()}`;
  await json('products', 'create', sku, 'Mug', '12.50', 'EUR');
  await json('stock', 'receive', sku, '10');
  return sku;
}

test('an option is created, quoted, ordered and archived', async () => {
  const sku = await createProduct();
  const option = await json(
    'shipping-options',
    'create',
    'Standard',
    '4.90',
    'EUR',
    '--free-from',
    '50',
    '--countries',
    'DE,at',
  );
  expect(option).toMatchObject({ priceAmount: 490, freeFromAmount: 5_000, countries: ['DE', 'AT'], productMax: null });
  expect((await run('shipping-options', 'list')).out).toMatch(/Standard +4\.90 EUR +50\.00 EUR +DE AT/);
  const quoted = await run('orders', 'quote', `${sku}=2`, '--country', 'DE', '--shipping', option.id);
  expect(quoted.out).toMatch(/^total +29\.90 EUR$/m);
  expect(quoted.out).toContain(option.id);
  expect((await json('orders', 'quote', `${sku}=4`, '--country', 'AT')).shippingOptions).toMatchObject([
    { id: option.id, priceAmount: 0 },
  ]);
  expect((await run('orders', 'quote', `${sku}=11`)).out).toContain(`short  ${sku}: 10 of 11 units`);
  const refused = await run('orders', 'create', `${sku}=2`, '--customer', 'ana', '--shipping', option.id);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toContain('commerce orders quote');
  const address = JSON.stringify({ name: 'Bo', line1: '1 Road', city: 'Bonn', postalCode: '53111', country: 'DE' });
  const args = [`${sku}=2`, '--customer', 'ana', '--shipping', option.id, '--address', address];
  expect(await json('orders', 'create', ...args)).toMatchObject({ totalAmount: 2_990, shippingOptionId: option.id });
  expect(await json('shipping-options', 'archive', '--yes', option.id)).toMatchObject({
    archivedAt: expect.any(String),
  });
});

test('an order has the option that --shipping names by the beginning of its id', async () => {
  const sku = await createProduct();
  const option = await json('shipping-options', 'create', 'Anywhere', '3', 'EUR');
  const order = await json('orders', 'create', `${sku}=1`, '--customer', 'ana', '--shipping', option.id.slice(0, 35));
  expect(order).toMatchObject({ shippingOptionId: option.id, totalAmount: 1_550 });
});
