import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

const one = [{ lineNo: 1, quantity: 1 }];

/** An order of units whose shipments of one unit each arrived so many days ago. */
async function createOrder(...days: number[]): Promise<string> {
  const { orderId } = await shop.createCapturedOrder([[1_000, days.length]], []);
  const ready = only(await shop.commerce.listShipments({ orderId }));
  const rest = days.slice(1);
  for (const _ of rest) await shop.commerce.splitShipment({ shipmentId: ready.id, lines: one });
  await shop.send(orderId);
  const shipments = await shop.commerce.listShipments({ orderId });
  for (const [index, { id }] of shipments.entries())
    await shop.database.pool.query(
      `update commerce.shipments set shipped_at = shipped_at - make_interval(days => $2),
      delivered_at = delivered_at - make_interval(days => $2) where id = $1`,
      [id, days[index]],
    );
  return orderId;
}

const request = async (orderId: string, isCustomer = true) =>
  shop.commerce.requestReturn({ orderId, lines: one, ...(isCustomer && { customerId: 'customer-1' }) });

test('a unit in time that another return has claimed is no reason to return one that is too late', async () => {
  const orderId = await createOrder(40, 1);
  await request(orderId);
  expect(await errorCodeOf(request(orderId))).toBe('return_too_late');
  await request(orderId, false);
});

test('a return that an operator requested takes the units that are too late last', async () => {
  const orderId = await createOrder(40, 1);
  await request(orderId, false);
  expect(await errorCodeOf(request(orderId))).toBe('return_too_late');
});

test('a return that was requested long ago leaves the units that arrived later', async () => {
  const orderId = await createOrder(40, 5);
  const { id } = await request(orderId, false);
  await shop.database.pool.query(
    `update commerce.returns set created_at = created_at - interval '20 days' where id = $1`,
    [id],
  );
  expect(await request(orderId)).toMatchObject({ status: 'REQUESTED' });
});

test('of two units in time a return takes the older one, so that the other can follow until its last day', async () => {
  const orderId = await createOrder(31, 29);
  const { id } = await request(orderId);
  expect(await errorCodeOf(request(orderId))).toBe('return_too_late');
  await shop.database.pool.query(
    `update commerce.returns set created_at = created_at - interval '10 days' where id = $1`,
    [id],
  );
  await request(orderId);
});
