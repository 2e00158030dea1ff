import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

test('status shows each job with how far it is behind, and exits 0 while none is late', async () => {
  const ran = await shop.run('status');
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/^expire_orders +0 +in time$/m);
  expect(ran.out).toMatch(/^gateways +mock/m);
  expect(ran.out).toMatch(/PostgreSQL \d+/);
  const status = await shop.json('status');
  expect(status.jobs).toContainEqual({ job: 'expire_orders', waiting: null, oldestSeconds: 0, isLate: false });
});
