import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop();
const run = (...args: string[]) => shop.run(...args);
const json = (...args: string[]) => shop.json(...args);
const newSku = () => `SKU-${randomUUID()}`;

test('a product is created, renamed, re-priced and archived by its sku', async () => {
  const sku = newSku();
  const created = await json('products', 'create', sku, 'Blue mug', '12.50', 'gbp');
  expect(created).toMatchObject({ sku, name: 'Blue mug', priceAmount: 1250, currency: 'GBP', archivedAt: null });
  expect(await json('products', 'rename', sku, 'Blue mug, large')).toMatchObject({
    id: created.id,
    name: 'Blue mug, large',
  });
  expect(await json('products', 'reprice', sku, '13')).toMatchObject({ id: created.id, priceAmount: 1300 });
  expect(await json('products', 'archive', '--yes', created.id)).toMatchObject({
    id: created.id,
    archivedAt: expect.any(String),
  });

  expect((await json('products', 'list', '--sku', sku)).items).toEqual([]);
  const { items } = await json('products', 'list', '--sku', sku, '--archived');
  expect(items).toMatchObject([{ id: created.id, name: 'Blue mug, large', priceAmount: 1300 }]);
});

test('prices are read and shown in the currency’s own decimals', async () => {
  const sku = newSku();
  expect(await json('products', 'create', sku, '티셔츠', '15000', 'KRW')).toMatchObject({
    priceAmount: 15_000,
    name: '티셔츠',
  });
  const shown = await run('products', 'list', '--sku', sku);
  expect(shown.out).toMatch(/티셔츠 +15,000 KRW +0  /);
  const refused = await run('products', 'reprice', sku, '150.50');
  expect(refused).toMatchObject({ code: 2, out: '' });
  expect(refused.err).toContain('without decimals');
});

test('a new price is shown with the price before', async () => {
  const sku = newSku();
  await json('products', 'create', sku, 'Mug', '12.50', 'GBP');
  const { out } = await run('products', 'reprice', sku, '1300');
  expect(out).toMatch(/^price +1,300\.00 GBP\nprice before +12\.50 GBP$/m);
});

test('a list shows whole ids and the next cursor, and --all reads every page', async () => {
  for (let count = 0; count < 3; count += 1) await json('products', 'create', newSku(), 'One of many', '1', 'GBP');
  const some = await run('products', 'list', '--limit', '2');
  expect(some.out.trimEnd().split('\n')).toHaveLength(3);
  expect(some.out).toMatch(/^SKU-\S+ .*  [\da-f-]{36}$/m);
  const cursor = /--cursor (\S+)/.exec(some.err)?.[1] ?? '';

  const all = (await json('products', 'list', '--all')).items.map(({ id }: { id: string }) => id);
  const rest = (await json('products', 'list', '--limit', '1000', '--cursor', cursor)).items;
  expect(rest.map(({ id }: { id: string }) => id)).toEqual(all.slice(2));
});

test('a refusal of the shop exits 1 with its reason', async () => {
  const sku = newSku();
  await json('products', 'create', sku, 'Mug', '1', 'GBP');
  const taken = await run('products', 'create', sku, 'Mug', '1', 'GBP');
  expect(taken).toMatchObject({ code: 1, out: '' });
  expect(taken.err).toContain('(sku_taken)');
  const blank = await run('products', 'create', newSku(), ' ', '1', 'GBP');
  expect(blank).toMatchObject({ code: 1, out: '' });
  expect(blank.err).toMatch(/name: /);
});

test('an unknown product exits 1, by sku and by id', async () => {
  expect((await run('products', 'rename', 'NO-SUCH-SKU', 'x')).err).toBe(
    'error: There is no product NO-SUCH-SKU. Give its id or sku, or the beginning of its id: 4 characters or more.\n',
  );
  const byId = await run('products', 'archive', '--yes', randomUUID());
  expect(byId).toMatchObject({ code: 1, out: '' });
  expect(byId.err).toMatch(/There is no product with the id [\da-f-]{36}\./);
});
