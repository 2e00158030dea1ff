import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

test('doctor exits 0 while every invariant holds, and 1 when one is broken', async () => {
  const productId = await shop.api.createProduct({ quantity: 5 });
  expect(await shop.run('doctor')).toEqual({
    code: 0,
    out: 'Everything holds: the doctor found no violation.\n',
    err: '',
  });

  const { pool } = shop.api.database;
  await pool.query('update commerce.stocks set reserved_qty = 2 where product_id = $1', [productId]);
  const broken = await shop.run('doctor');
  expect(broken).toMatchObject({ code: 1, err: '' });
  expect(broken.out).toContain(productId);
  const forPrograms = await shop.run('doctor', '--json');
  expect(forPrograms.code).toBe(1);
  expect(JSON.parse(forPrograms.out).violations).toMatchObject([{ count: 1 }]);
  await pool.query('update commerce.stocks set reserved_qty = 0 where product_id = $1', [productId]);
});
