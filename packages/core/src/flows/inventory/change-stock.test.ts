import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const countStock = (productId: string, countedQty: number, expectedShelfQty?: number) =>
  shop.commerce.countStock({ productId, countedQty, expectedShelfQty, reason: 'counted' });

/** Sells units of a product. Returns the READY parcel that holds them. */
async function sell(productId: string, quantity: number) {
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: quantity });
  await shop.sendWebhook('CAPTURED', payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  return { orderId, shipmentId };
}
const dispatch = (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() });

const readLastEvent = async (aggregateId: string) =>
  (
    await shop.database.pool.query(
      'select type, payload from commerce.events where aggregateid = $1 order by version desc limit 1',
      [aggregateId],
    )
  ).rows[0];

test('every change of the available units is a stock movement, and the movements add up to them', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await shop.commerce.receiveStock({ productId, quantity: 30, reason: 'first delivery' });
  expect(await countStock(productId, 28, 30)).toEqual({
    productId,
    availableQty: 28,
    reservedQty: 0,
    unshippedQty: 0,
    sellableQty: 28,
    shelfQty: 28,
  });
  const { items } = await shop.commerce.listStockMovements({ productId });
  expect(items.map(({ kind, quantity, reason }) => [kind, quantity, reason])).toEqual([
    ['ADJUSTED', -2, 'counted'],
    ['RECEIVED', 30, 'first delivery'],
  ]);
});

test('a count of a shelf where sold units still lie puts nothing on sale again', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const { shipmentId } = await sell(productId, 3);
  const stock = { productId, availableQty: 7, reservedQty: 0, unshippedQty: 3, sellableQty: 7, shelfQty: 10 };
  expect(await shop.commerce.getStock({ productId })).toEqual(stock);
  expect(await countStock(productId, 10)).toEqual(stock);
  const { items } = await shop.commerce.listStockMovements({ productId });
  expect(items.map(({ kind }) => kind)).toEqual(['SOLD', 'RECEIVED']);
  await dispatch(shipmentId);
  expect(await countStock(productId, 7)).toEqual({ ...stock, unshippedQty: 0, shelfQty: 7 });
});

test('a count that finds a unit missing while sold units lie there takes one unit off sale', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await sell(productId, 3);
  expect(await countStock(productId, 9)).toMatchObject({ availableQty: 6, unshippedQty: 3, shelfQty: 9 });
  const [movement] = (await shop.commerce.listStockMovements({ productId })).items;
  expect(movement).toMatchObject({ kind: 'ADJUSTED', quantity: -1 });
  expect(await readLastEvent(productId)).toMatchObject({
    type: 'stock.adjusted',
    payload: { quantity: -1, availableQty: 6, countedQty: 9, reason: 'counted' },
  });
});

test('countStock rejects a count when the shelf does not hold the expected units', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const { shipmentId } = await sell(productId, 1);
  await expect(countStock(productId, 12, 9)).rejects.toMatchObject({
    code: 'stock_changed',
    details: { shelfQty: 10 },
  });
  // A sale leaves the shelf as it is, a dispatch does not.
  await sell(productId, 2);
  await countStock(productId, 11, 10);
  await dispatch(shipmentId);
  expect(await errorCodeOf(countStock(productId, 11, 11))).toBe('stock_changed');
  expect(await shop.readStock(productId)).toEqual([8, 0]);
});

test('countStock rejects a count below the reserved and the sold units together', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await shop.createTestOrder({ [productId]: 4 });
  await sell(productId, 2);
  await expect(countStock(productId, 5)).rejects.toMatchObject({
    code: 'stock_below_orders',
    details: { reservedQty: 4, unshippedQty: 2 },
  });
  expect(await countStock(productId, 6)).toMatchObject({ availableQty: 4, sellableQty: 0, shelfQty: 6 });
});

test('countStock of the units that the shelf should hold records no stock movement', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  await countStock(productId, 10, 10);
  expect((await shop.commerce.listStockMovements({ productId })).items).toHaveLength(1);
});

test('countStock rejects a count without a reason', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  expect(await errorCodeOf(shop.commerce.countStock({ productId, countedQty: 9, reason: ' ' }))).toBe(
    'validation_failed',
  );
});

test('40 concurrent receipts are all counted', async () => {
  const productId = await shop.createTestProduct({ quantity: 0 });
  await Promise.all(Array.from({ length: 40 }, () => shop.commerce.receiveStock({ productId, quantity: 3 })));
  expect(await shop.readStock(productId)).toEqual([120, 0]);
});

test('one of two concurrent counts is taken, and the other is rejected with stock_changed', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const codes = await Promise.all([
    errorCodeOf(countStock(productId, 11, 10)),
    errorCodeOf(countStock(productId, 12, 10)),
  ]);
  expect(codes.sort()).toEqual(['accepted', 'stock_changed']);
});

test('neither a receipt nor a count makes more than 1,000,000,000 units available', async () => {
  const productId = await shop.createTestProduct({ quantity: 1_000_000_000 });
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId, quantity: 1 }))).toBe('stock_too_large');
  expect(await errorCodeOf(countStock(productId, 1_000_000_001))).toBe('stock_too_large');
  await sell(productId, 1);
  expect(await countStock(productId, 1_000_000_001)).toMatchObject({ availableQty: 1_000_000_000, unshippedQty: 1 });
});

test.each([0, -1, 1.5, NaN, 1_000_000_001])('receiveStock rejects a quantity of %s', async (quantity) => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity }))).toBe(
    'validation_failed',
  );
});

test('stock of an unknown product can be neither read nor received', async () => {
  expect(await errorCodeOf(shop.commerce.receiveStock({ productId: randomUUID(), quantity: 1 }))).toBe(
    'product_not_found',
  );
  expect(await errorCodeOf(shop.commerce.getStock({ productId: randomUUID() }))).toBe('product_not_found');
  expect(await errorCodeOf(shop.commerce.listStockMovements({ productId: randomUUID() }))).toBe('product_not_found');
});

test('rows of stock_movements and events can be neither changed nor deleted', async () => {
  for (const table of ['stock_movements', 'events']) {
    for (const statement of [
      `delete from commerce.${table}`,
      `truncate commerce.${table}`,
      `update commerce.${table} set created_at = now()`,
    ]) {
      await expect(shop.database.pool.query(statement)).rejects.toThrow('append-only');
    }
  }
});
