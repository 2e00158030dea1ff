import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
beforeEach(async () => {
  shop = await createTestShop();
});
afterEach(() => shop.close());

const jobOf = async (name: string) => (await shop.commerce.systemStatus()).jobs.find(({ job }) => job === name);

test('the status of a shop without work has no late job, and names its versions and settings', async () => {
  const status = await shop.commerce.systemStatus();
  expect(status.jobs.filter(({ isLate }) => isLate)).toEqual([]);
  expect(status.versions).toEqual({
    commerce: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.versions.node,
    postgres: expect.stringMatching(/^\d+/),
  });
  expect(status.settings).toMatchObject({ providers: expect.arrayContaining(['mock']), reservationSeconds: 1_800 });
  expect(status.parked).toMatchObject({ gatewayEvents: 0, trackingMessages: 0, webhookDeliveries: 0 });
  expect(status.queues.map(({ name }) => name)).not.toEqual([]);
});

test('a job that no process runs becomes late after two minutes', async () => {
  const productId = await shop.createTestProduct({ quantity: 1 });
  const { id } = await shop.commerce.placeOrder({ customerId: 'ana', lines: [{ productId, quantity: 1 }] });
  const expireAgo = async (seconds: number) =>
    shop.database.pool.query(
      `update commerce.orders set hold_until = now() - make_interval(secs => $2), version = version where id = $1`,
      [id, seconds],
    );
  await expireAgo(60);
  expect(await jobOf('expire_orders')).toMatchObject({ isLate: false });
  await expireAgo(180);
  expect(await jobOf('expire_orders')).toMatchObject({ waiting: null, isLate: true });
  expect((await jobOf('expire_orders'))?.oldestSeconds).toBeGreaterThanOrEqual(180);
  expect(await jobOf('number_events')).toMatchObject({ waiting: expect.any(Number) });
  expect((await jobOf('number_events'))?.waiting).toBeGreaterThan(0);
  await shop.commerce.numberEvents();
  expect(await jobOf('number_events')).toMatchObject({ waiting: 0, isLate: false });
  expect((await jobOf('update_reports'))?.waiting).toBeGreaterThan(0);
});
