import { connect } from '../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { only } from '../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import type { PlaceOrderInput } from '../methods/orders.ts';

let shop: TestShop;
let otherDatabase: Database;
beforeAll(async () => {
  shop = await createTestShop();
  otherDatabase = connect({ url: shop.database.url });
});
afterAll(async () => {
  await otherDatabase.close();
  await shop.close();
});

const withKey = (key: string, scope = 'customer:1') => ({ idempotency: { scope, key } });
const orderInput = (productId: string, quantity = 1) => ({
  customerId: 'customer-1',
  lines: [{ productId, quantity }],
});
const placeKeyedOrder = async (key: string, productId: string, quantity = 1) =>
  shop.commerce.placeOrder(orderInput(productId, quantity), withKey(key));

test('an equal key returns the same order and reserves nothing twice', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await placeKeyedOrder(key, productId);
  expect(await placeKeyedOrder(key, productId)).toEqual(first);
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('a rejection for missing stock is repeated for its key after the stock has arrived', async () => {
  const productId = await shop.createTestProduct({ quantity: 1 });
  const key = randomUUID();
  const refusal = {
    code: 'insufficient_stock',
    details: { products: [{ productId, requestedQty: 5, sellableQty: 1 }] },
  };
  await expect(placeKeyedOrder(key, productId, 5)).rejects.toMatchObject(refusal);
  await shop.commerce.receiveStock({ productId, quantity: 10 });
  await expect(placeKeyedOrder(key, productId, 5)).rejects.toMatchObject(refusal);
  expect(await errorCodeOf(placeKeyedOrder(randomUUID(), productId, 5))).toBe('accepted');
});

test('metadata with its fields in another order is the same input', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const place = async (metadata: PlaceOrderInput['metadata']) =>
    shop.commerce.placeOrder({ ...orderInput(productId), metadata }, withKey(key));
  const first = await place({ a: 1, b: { c: [{ d: 2, e: 3 }], f: null } });
  expect(await place({ b: { f: null, c: [{ e: 3, d: 2 }] }, a: 1 })).toEqual(first);
  expect(await errorCodeOf(place({ a: 1, b: { c: [{ d: 2, e: 4 }], f: null } }))).toBe('idempotency_key_reused');
});

test('a key with another input or for another procedure is rejected and changes nothing', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const { id: orderId } = await placeKeyedOrder(key, productId);
  expect(await errorCodeOf(placeKeyedOrder(key, productId, 2))).toBe('idempotency_key_reused');
  expect(await errorCodeOf(shop.commerce.cancelOrder({ orderId }, withKey(key)))).toBe('idempotency_key_reused');
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('equal keys of two scopes are independent', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await shop.commerce.placeOrder(orderInput(productId), withKey(key, 'customer:1'));
  const second = await shop.commerce.placeOrder(orderInput(productId), withKey(key, 'customer:2'));
  expect(second.id).not.toBe(first.id);
});

test('equal keys in one batch, across lanes and across processes run once and return one result', async () => {
  const lanes = createCommerce({ database: shop.database, batching: { lanes: 4, commandsMax: 2 } });
  const otherProcess = createCommerce({ database: otherDatabase, batching: { lanes: 4 } });
  for (let round = 0; round < 5; round += 1) {
    const productId = await shop.createTestProduct({ quantity: 100 });
    const key = randomUUID();
    const calls = [shop.commerce, lanes, otherProcess].flatMap((commerce) =>
      Array.from({ length: 12 }, async () => commerce.placeOrder(orderInput(productId), withKey(key))),
    );
    const ids = (await Promise.all(calls)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect(await shop.readStock(productId)).toEqual([100, 1]);
  }
});

test('equal keys with different inputs in one batch run one input and reject the other', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const codes = await Promise.all(
    [1, 2, 1, 2].map(async (quantity) => errorCodeOf(placeKeyedOrder(key, productId, quantity))),
  );
  expect(codes.toSorted()).toEqual(['accepted', 'accepted', 'idempotency_key_reused', 'idempotency_key_reused']);
});

test('an invalid input is not stored: its key accepts the corrected input', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  expect(await errorCodeOf(placeKeyedOrder(key, productId, 0))).toBe('validation_failed');
  expect(await errorCodeOf(placeKeyedOrder(key, productId, 1))).toBe('accepted');
});

test('every other mutation runs once per key and then returns its first result', async () => {
  const { commerce } = shop;
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const { id: shipmentId } = only(await commerce.listShipments({ orderId }));
  const unpaid = await shop.createTestOrder({ [productId]: 1 });
  const sku = randomUUID();
  const mutations: Record<string, (key: string) => Promise<unknown>> = {
    createProduct: async (key) =>
      commerce.createProduct({ sku, name: 'x', priceAmount: 1, currency: 'KRW' }, withKey(key)),
    renameProduct: async (key) => commerce.renameProduct({ productId, name: key }, withKey(key)),
    repriceProduct: async (key) => commerce.repriceProduct({ productId, priceAmount: 77 }, withKey(key)),
    receiveStock: async (key) => commerce.receiveStock({ productId, quantity: 5 }, withKey(key)),
    setStock: async (key) =>
      commerce.setStock({ productId, expectedAvailableQty: 14, availableQty: 20, reason: 'counted' }, withKey(key)),
    createPayment: async (key) => commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }, withKey(key)),
    cancelOrder: async (key) => commerce.cancelOrder({ orderId: unpaid.id }, withKey(key)),
    dispatchShipment: async (key) =>
      commerce.dispatchShipment({ shipmentId, carrier: 'CJ', trackingNumber: '1' }, withKey(key)),
    markShipmentInTransit: async (key) => commerce.markShipmentInTransit({ shipmentId }, withKey(key)),
    deliverShipment: async (key) => commerce.deliverShipment({ shipmentId }, withKey(key)),
    archiveProduct: async (key) => commerce.archiveProduct({ productId }, withKey(key)),
  };
  for (const [name, mutate] of Object.entries(mutations)) {
    const key = randomUUID();
    const first = await mutate(key);
    expect(await mutate(key), name).toEqual(first);
  }
  expect((await shop.commerce.getStock({ productId })).availableQty).toBe(20);
});

test('deleteExpiredKeys deletes a key after the time it is kept', async () => {
  const commerce = createCommerce({ database: shop.database, keepKeysMs: -1_000 });
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await commerce.placeOrder(orderInput(productId), withKey(key));
  expect((await commerce.placeOrder(orderInput(productId), withKey(key))).id).toBe(first.id);
  expect(await commerce.deleteExpiredKeys()).toBe(1);
  expect((await commerce.placeOrder(orderInput(productId), withKey(key))).id).not.toBe(first.id);
  expect(await commerce.deleteExpiredKeys()).toBe(1);
});
