import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { first, present } from '../testing/only.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../testing/test-shop.ts';
import { readMigrations } from './migrate.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

/** Sells 3 of 10 units. Returns the product, and the READY parcel with them. */
async function createUnshippedOrder() {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('CAPTURED', payment);
  return { productId, shipmentId: first(await shop.commerce.listShipments({ orderId })).id };
}

const dispatch = (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() });

test('a shop of an older version gets its unshipped units from its READY parcels', async () => {
  const { commerce, database } = shop;
  const { productId } = await createUnshippedOrder();
  const shipped = await createUnshippedOrder();
  await dispatch(shipped.shipmentId);
  const call = { idempotency: { scope: 'operator:1', key: randomUUID() } };
  const received = await commerce.receiveStock({ productId, quantity: 5 }, call);
  // The rows as an older version wrote them.
  await database.pool.query(`
    alter table commerce.stocks drop column unshipped_qty;
    update commerce.idempotency_keys set answer = (answer::jsonb #- '{value,unshippedQty}')::json`);
  const migration = readMigrations().find(({ name }) => name.endsWith('_unshipped_units'));
  await database.pool.query(`begin; ${present(migration, 'the migration').statements.join(';')}; commit`);
  expect(await commerce.doctor()).toEqual([]);
  expect(await commerce.getStock({ productId })).toMatchObject({ availableQty: 12, unshippedQty: 3, shelfQty: 15 });
  expect(await commerce.getStock({ productId: shipped.productId })).toMatchObject({ unshippedQty: 0, shelfQty: 7 });
  expect(await commerce.receiveStock({ productId, quantity: 5 }, call)).toEqual(received);
});

test('the statements of docs/operations.md repair what an older process has left out', async () => {
  const { commerce, database } = shop;
  const paid = await createUnshippedOrder();
  const shipped = await createUnshippedOrder();
  await dispatch(shipped.shipmentId);
  await database.pool.query(
    'update commerce.stocks set unshipped_qty = case product_id when $1 then 0 else 3 end where product_id in ($1, $2)',
    [paid.productId, shipped.productId],
  );
  await expect(dispatch(paid.shipmentId)).rejects.toThrow('stocks_unshipped_not_negative');
  expect((await commerce.doctor()).map(({ name }) => name)).toEqual(['stock_unshipped_is_in_ready_parcels']);
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
  const [, repair] = present(/```sql\n(begin;[^`]*unshipped_qty[^`]*)```/.exec(page) ?? undefined, 'the repair');
  await database.pool.query(present(repair, 'its statements'));
  expect(await commerce.doctor()).toEqual([]);
  expect(await errorCodeOf(dispatch(paid.shipmentId))).toBe('accepted');
});
