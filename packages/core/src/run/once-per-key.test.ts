import { connect } from '../database/connect.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { only, present } from '../testing/only.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';
import type { PlaceOrderInput } from '../methods/orders.ts';

let shop: TestShop;
let other: Database;
beforeAll(async () => {
  shop = await createTestShop();
  other = connect({ url: shop.database.url });
});
afterAll(async () => {
  await other.close();
  await shop.close();
});

const call = (key: string, scope = 'customer:1') => ({ idempotency: { scope, key } });
const order = (productId: string, quantity = 1) => ({ customerId: 'customer-1', lines: [{ productId, quantity }] });
const keyed = async (key: string, productId: string, quantity = 1) =>
  shop.commerce.placeOrder(order(productId, quantity), call(key));

test('a repeated key returns the same order and reserves nothing twice', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await keyed(key, productId);
  expect(await keyed(key, productId)).toEqual(first);
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('a repeated key returns the same refusal, although the call would be accepted by now', async () => {
  const productId = await shop.createTestProduct({ quantity: 1 });
  const key = randomUUID();
  const refusal = {
    code: 'insufficient_stock',
    details: { products: [{ productId, requestedQty: 5, sellableQty: 1 }] },
  };
  await expect(keyed(key, productId, 5)).rejects.toMatchObject(refusal);
  await shop.commerce.receiveStock({ productId, quantity: 10 });
  await expect(keyed(key, productId, 5)).rejects.toMatchObject(refusal);
  expect(await errorCodeOf(keyed(randomUUID(), productId, 5))).toBe('accepted');
});

test('metadata in another order is the same input', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const place = async (metadata: PlaceOrderInput['metadata']) =>
    shop.commerce.placeOrder({ ...order(productId), metadata }, call(key));
  const first = await place({ a: 1, b: { c: [{ d: 2, e: 3 }], f: null } });
  expect(await place({ b: { f: null, c: [{ e: 3, d: 2 }] }, a: 1 })).toEqual(first);
  expect(await errorCodeOf(place({ a: 1, b: { c: [{ d: 2, e: 4 }], f: null } }))).toBe('idempotency_key_reused');
});

test('a key with another input or another procedure is refused and changes nothing', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const { id: orderId } = await keyed(key, productId);
  expect(await errorCodeOf(keyed(key, productId, 2))).toBe('idempotency_key_reused');
  expect(await errorCodeOf(shop.commerce.cancelOrder({ orderId }, call(key)))).toBe('idempotency_key_reused');
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('equal keys of two callers are different keys', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await shop.commerce.placeOrder(order(productId), call(key, 'customer:1'));
  const second = await shop.commerce.placeOrder(order(productId), call(key, 'customer:2'));
  expect(second.id).not.toBe(first.id);
});

test('equal keys at once run once in a batch, across lanes and across processes, and all get the order', async () => {
  const lanes = createCommerce({ database: shop.database, batching: { lanes: 4, commandsMax: 2 } });
  const process = createCommerce({ database: other, batching: { lanes: 4 } });
  for (let round = 0; round < 5; round += 1) {
    const productId = await shop.createTestProduct({ quantity: 100 });
    const key = randomUUID();
    const calls = [shop.commerce, lanes, process].flatMap((commerce) =>
      Array.from({ length: 12 }, async () => commerce.placeOrder(order(productId), call(key))),
    );
    const ids = (await Promise.all(calls)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect(await shop.readStock(productId)).toEqual([100, 1]);
  }
});

test('of equal keys with different inputs in one batch one runs and the other is refused', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const codes = await Promise.all([1, 2, 1, 2].map(async (quantity) => errorCodeOf(keyed(key, productId, quantity))));
  expect(codes.toSorted()).toEqual(['accepted', 'accepted', 'idempotency_key_reused', 'idempotency_key_reused']);
});

test('an invalid input leaves the key free for the corrected input', async () => {
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  expect(await errorCodeOf(keyed(key, productId, 0))).toBe('validation_failed');
  expect(await errorCodeOf(keyed(key, productId, 1))).toBe('accepted');
});

test('every other mutation runs once for its key and returns the same answer again', async () => {
  const { commerce } = shop;
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 2 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const { id: shipmentId } = only(await commerce.listShipments({ orderId }));
  const split = async () => commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] });
  const { id: splitId } = await split();
  const parcels = ['1', '2'].map((trackingNumber) => ({ carrier: 'CJ', trackingNumber }));
  const firstParcelId = async () => present((await commerce.listShipments({ orderId }))[0]?.parcels[0], 'a parcel').id;
  const unpaid = await shop.createTestOrder({ [productId]: 1 });
  const sku = randomUUID();
  const mutations: Record<string, (key: string) => Promise<unknown>> = {
    createProduct: async (key) =>
      commerce.createProduct({ sku, name: 'x', priceAmount: 1, currency: 'KRW' }, call(key)),
    renameProduct: async (key) => commerce.renameProduct({ productId, name: key }, call(key)),
    repriceProduct: async (key) => commerce.repriceProduct({ productId, priceAmount: 77 }, call(key)),
    receiveStock: async (key) => commerce.receiveStock({ productId, quantity: 5 }, call(key)),
    countStock: async (key) =>
      commerce.countStock({ productId, expectedShelfQty: 15, countedQty: 20, reason: 'counted' }, call(key)),
    createPayment: async (key) => commerce.createPayment({ orderId: unpaid.id, provider: 'mock' }, call(key)),
    cancelOrder: async (key) => commerce.cancelOrder({ orderId: unpaid.id }, call(key)),
    mergeShipments: async (key) =>
      commerce.mergeShipments({ shipmentId: splitId, intoShipmentId: shipmentId }, call(key)),
    splitShipment: async (key) =>
      commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] }, call(key)),
    dispatchShipment: async (key) => commerce.dispatchShipment({ shipmentId, parcels }, call(key)),
    markShipmentInTransit: async (key) => commerce.markShipmentInTransit({ shipmentId }, call(key)),
    correctParcel: async (key) =>
      commerce.correctParcel({ parcelId: await firstParcelId(), trackingNumber: '3' }, call(key)),
    deliverParcel: async (key) => commerce.deliverParcel({ parcelId: await firstParcelId() }, call(key)),
    deliverShipment: async (key) => commerce.deliverShipment({ shipmentId }, call(key)),
    archiveProduct: async (key) => commerce.archiveProduct({ productId }, call(key)),
  };
  for (const [name, mutate] of Object.entries(mutations)) {
    const key = randomUUID();
    const first = await mutate(key);
    expect(await mutate(key), name).toEqual(first);
  }
  expect((await shop.commerce.getStock({ productId })).availableQty).toBe(20);
});

test('a dispatch in one parcel has the fingerprint that versions without parcels have stored', async () => {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await shop.sendWebhook('AUTHORIZED', payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  const key = randomUUID();
  const input = { shipmentId, carrier: 'CJ', trackingNumber: key };
  await shop.commerce.dispatchShipment(input, call(key));
  const { rows } = await shop.database.pool.query(
    `select fingerprint = sha256(convert_to($2, 'UTF8')) as same from commerce.idempotency_keys where key = $1`,
    [key, JSON.stringify(['shipment.move', { to: 'SHIPPED', ...input }])],
  );
  expect(rows).toEqual([{ same: true }]);
});

test('a key is kept until the job deletes it after its time', async () => {
  const { commerce } = shop;
  const productId = await shop.createTestProduct();
  const key = randomUUID();
  const first = await commerce.placeOrder(order(productId), call(key));
  await shop.database.pool.query(`update commerce.idempotency_keys set expires_at = now() where key = $1`, [key]);
  expect((await commerce.placeOrder(order(productId), call(key))).id).toBe(first.id);
  expect(await commerce.applyRetention()).toEqual({ removed: 1, isFull: false });
  expect((await commerce.placeOrder(order(productId), call(key))).id).not.toBe(first.id);
});
