import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { checks } from '../checks.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.database.drop());

test('the last run of the doctor in any process says what each check has found', async () => {
  expect(await shop.commerce.lastDoctorRun()).toBeUndefined();
  const product = await shop.createTestProduct();
  await shop.createTestOrder({ [product]: 1 });
  await shop.createTestOrder({ [product]: 1 });
  await shop.commerce.doctor();
  const healthy = await createCommerce({ database: shop.database }).lastDoctorRun();
  expect(healthy?.counts).toEqual(Object.fromEntries(checks.map(({ name }) => [name, 0])));
  expect(healthy?.ageSeconds).toBeLessThan(300);
  await shop.database.pool.query('update commerce.orders set total_amount = total_amount + 1');
  await shop.commerce.doctor();
  const broken = await shop.commerce.lastDoctorRun();
  expect(broken?.counts).toEqual({
    ...healthy?.counts,
    order_total_is_sum_of_lines: 2,
    order_is_as_first_recorded: 2,
  });
  expect(broken?.ranAt.getTime()).toBeGreaterThanOrEqual(healthy?.ranAt.getTime() ?? Infinity);
});

test('a database that takes no writes is checked, and a fault says that the run could not be stored', async () => {
  const faults: unknown[] = [];
  const commerce = createCommerce({ database: shop.database, onFault: (error) => faults.push(error) });
  await shop.database.pool.query(`alter table commerce.doctor_runs rename to away`);
  expect((await commerce.doctor()).length).toBeGreaterThan(0);
  await shop.database.pool.query(`alter table commerce.away rename to doctor_runs`);
  expect(faults).toEqual([expect.objectContaining({ message: expect.stringContaining('could not be stored') })]);
});
