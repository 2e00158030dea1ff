import { afterAll, beforeAll, expect, test } from 'vitest';
import { only, present } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, lineOf, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

const one = [{ lineNo: 1, quantity: 1 }];

/** An order of 2 units, which have arrived, of a product with `left` more units. */
async function createArrivedOrder(left: number) {
  const productId = await shop.createTestProduct({ quantity: 2 + left });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  return { orderId, productId };
}

const replacementsOf = async (orderId: string) =>
  (await shop.commerce.listShipments({ orderId })).filter(({ returnId }) => returnId !== null);

test('a replacement takes stock again, leaves in a shipment of its own, and is never counted as sold', async () => {
  const { orderId, productId } = await createArrivedOrder(1);
  const returnId = await shop.approveUnits(orderId, [1]);
  await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, writeOffQty: 1 }] });
  const replaced = await shop.commerce.replaceReturn({ returnId, lines: one });
  expect(lineOf(replaced)).toMatchObject({ receivedQty: 1, replacedQty: 1 });
  const shipment = only(await replacementsOf(orderId));
  expect(shipment).toMatchObject({ status: 'READY', returnId, lines: one });
  expect(await shop.commerce.getStock({ productId })).toMatchObject({ availableQty: 0, unshippedQty: 1, shelfQty: 1 });
  await shop.send(orderId);
  expect(await shop.commerce.getStock({ productId })).toMatchObject({ availableQty: 0, unshippedQty: 0, shelfQty: 0 });
  const { items } = await shop.commerce.listStockMovements({ productId });
  expect(items.map(({ kind, quantity }) => [kind, quantity])).toEqual([
    ['REPLACED', -1],
    ['SOLD', -2],
    ['RECEIVED', 3],
  ]);
  expect(await shop.fulfillmentOf(orderId)).toBe('PARTIALLY_RETURNED');
});

test('a replacement is refused without stock, and changes nothing', async () => {
  const { orderId, productId } = await createArrivedOrder(0);
  const returnId = await shop.approveUnits(orderId, [1]);
  await shop.commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, writeOffQty: 1 }] });
  await expect(shop.commerce.replaceReturn({ returnId, lines: one })).rejects.toMatchObject({
    code: 'insufficient_stock',
    details: { products: [{ productId, requestedQty: 1, sellableQty: 0 }] },
  });
  expect(await replacementsOf(orderId)).toEqual([]);
});

test('a unit is refunded or replaced, and not both', async () => {
  const { orderId } = await createArrivedOrder(5);
  const returnId = await shop.takeBack(orderId, [2]);
  await shop.commerce.replaceReturn({ returnId, lines: one });
  expect(await shop.refund(returnId)).toBe(1_000);
  expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
  await expect(shop.commerce.replaceReturn({ returnId, lines: one })).rejects.toMatchObject({
    code: 'units_not_in_return',
    details: { lineNo: 1, returnQty: 0 },
  });
  const [first] = await replacementsOf(orderId);
  const { id: shipmentId } = present(first, 'the replacement');
  expect(await errorCodeOf(shop.commerce.splitShipment({ shipmentId, lines: one }))).toBe('shipment_is_replacement');
});

test('a lost unit is replaced although nothing comes back', async () => {
  const { orderId } = await createArrivedOrder(1);
  const kept = { orderId, lines: one, fault: 'CARRIER', goods: 'KEPT' } as const;
  const { id: returnId } = await shop.commerce.requestReturn(kept);
  expect(await errorCodeOf(shop.commerce.replaceReturn({ returnId, lines: one }))).toBe('units_not_in_return');
  await shop.commerce.approveReturn({ returnId });
  await shop.commerce.replaceReturn({ returnId, lines: one });
  expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
  expect(await shop.fulfillmentOf(orderId)).toBe('DELIVERED');
});

test('a replacement can come back, too, and is refunded then', async () => {
  const { orderId } = await createArrivedOrder(5);
  const first = await shop.takeBack(orderId, [2]);
  await shop.commerce.replaceReturn({ returnId: first, lines: [{ lineNo: 1, quantity: 2 }] });
  expect(await errorCodeOf(shop.commerce.requestReturn({ orderId, lines: one }))).toBe('units_not_returnable');
  await shop.send(orderId);
  expect(await shop.refund(await shop.takeBack(orderId, [2]))).toBe(2_000);
  await shop.callGatewaysNow();
  const { capturedAmount, refundedAmount } = only(await shop.commerce.listPayments({ orderId }));
  expect(refundedAmount).toBe(capturedAmount);
});

test('a restock of units that have not left does not touch a replacement', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 });
  await shop.sendWebhook('CAPTURED', payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  const part = await shop.commerce.splitShipment({ shipmentId, lines: one });
  await shop.commerce.dispatchShipment({ shipmentId: part.id, carrier: 'Post', trackingNumber: part.id });
  const returnId = await shop.takeBack(orderId, [1]);
  await shop.commerce.replaceReturn({ returnId, lines: one });
  await shop.commerce.createRefund({ orderId, lines: [{ lineNo: 1, quantity: 2, restock: true }] });
  expect(only(await replacementsOf(orderId))).toMatchObject({ status: 'READY', lines: one });
  expect(await shop.fulfillmentOf(orderId)).toBe('RETURNED');
});
