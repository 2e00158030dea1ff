import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only, present } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createReturnShop, lineOf, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const units = (quantity: number) => [{ lineNo: 1, quantity }];

/** An order of units at 1,000 that have arrived. */
async function createArrivedOrder(quantity: number) {
  const productId = await shop.createTestProduct({ quantity: 100 });
  shop.quoteLines([]);
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: quantity });
  await shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  return { orderId, payment, productId };
}

const replace = async (returnId: string, quantity: number) =>
  shop.commerce.replaceReturn({ returnId, lines: units(quantity) });
const replacementOf = async (orderId: string) =>
  present(
    (await shop.commerce.listShipments({ orderId })).findLast(({ returnId }) => returnId !== null),
    'replacement',
  );
const attentionOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).attentionReasons;

describe('a unit is refunded or replaced, and not both', () => {
  test('when a refund by line came before the replacement', async () => {
    const { orderId } = await createArrivedOrder(1);
    const returnId = await shop.takeBack(orderId, [1]);
    await shop.refundUnits(orderId, 1, 1);
    await expect(replace(returnId, 1)).rejects.toMatchObject({
      code: 'units_not_in_return',
      details: { returnQty: 0 },
    });
  });

  test('when the replacement came before the refund by line', async () => {
    const { orderId } = await createArrivedOrder(1);
    await replace(await shop.takeBack(orderId, [1]), 1);
    await expect(shop.refundUnits(orderId, 1, 1)).rejects.toMatchObject({
      code: 'units_not_refundable',
      details: { refundableQty: 0 },
    });
  });

  test('when one of two units that came back was replaced, and the other one refunded by line', async () => {
    const { orderId } = await createArrivedOrder(2);
    const returnId = await shop.takeBack(orderId, [2]);
    await replace(returnId, 1);
    await shop.refundUnits(orderId, 1, 1);
    expect(await errorCodeOf(replace(returnId, 1))).toBe('units_not_in_return');
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
  });

  test('although another unit of the line was refunded without a return', async () => {
    const { orderId } = await createArrivedOrder(2);
    await shop.refundUnits(orderId, 1, 1);
    await replace(await shop.takeBack(orderId, [1]), 1);
    expect(await errorCodeOf(replace(await shop.takeBack(orderId, [1]), 1))).toBe('units_not_in_return');
  });

  test.each(['return', 'lines'] as const)(
    'unless a refund (%s) failed and succeeded later, which an operator sees',
    async (by) => {
      const { orderId, payment } = await createArrivedOrder(1);
      const returnId = await shop.takeBack(orderId, [1]);
      shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
      await (by === 'return' ? shop.refund(returnId) : shop.refundUnits(orderId, 1, 1));
      await shop.callGatewaysNow();
      await replace(returnId, 1);
      const { id: refundId, amount } = only((await shop.commerce.listRefunds({ orderId })).items);
      shop.scriptReplies(payment.id, { POLL: [[{ type: 'REFUNDED', amount, currency: 'KRW', refundId }]] });
      await shop.commerce.pollPayment({ paymentId: payment.id });
      await shop.callGatewaysNow();
      expect(only((await shop.commerce.listRefunds({ orderId })).items).status).toBe('SUCCEEDED');
      expect(await attentionOf(orderId)).toContain('amount_mismatch');
      // The shipment can still be stopped.
      const { id: shipmentId } = await replacementOf(orderId);
      await shop.commerce.cancelReplacement({ returnId, shipmentId });
      expect(await errorCodeOf(replace(returnId, 1))).toBe('units_not_in_return');
    },
  );
});

describe('a READY replacement that is canceled', () => {
  test('puts its units on sale again, and the return owes them once more', async () => {
    const { orderId, productId } = await createArrivedOrder(2);
    const returnId = await shop.takeBack(orderId, [2]);
    await replace(returnId, 2);
    const { id: shipmentId } = await replacementOf(orderId);
    const before = await shop.commerce.getStock({ productId });
    const canceled = await shop.commerce.cancelReplacement({ returnId, shipmentId });
    expect(lineOf(canceled)).toMatchObject({ receivedQty: 2, replacedQty: 0 });
    expect(await replacementOf(orderId)).toMatchObject({ id: shipmentId, status: 'CANCELED' });
    expect(await shop.commerce.getStock({ productId })).toMatchObject({
      availableQty: before.availableQty + 2,
      unshippedQty: 0,
      shelfQty: before.shelfQty,
    });
    expect((await shop.readEventTypes(orderId)).slice(-2)).toEqual([
      'shipment.canceled',
      'return.replacement_canceled',
    ]);
    await replace(returnId, 1);
    expect(await shop.refund(returnId)).toBe(1_000);
  });

  test('is one of the named return that has not left', async () => {
    const { orderId } = await createArrivedOrder(2);
    const [returnId, other] = [await shop.takeBack(orderId, [1]), await shop.takeBack(orderId, [1])];
    await replace(returnId, 1);
    const { id: shipmentId } = await replacementOf(orderId);
    const cancel = async (of: string, id = shipmentId) =>
      errorCodeOf(shop.commerce.cancelReplacement({ returnId: of, shipmentId: id }));
    expect(await cancel(other)).toBe('shipment_not_found');
    const [own] = await shop.commerce.listShipments({ orderId });
    expect(await cancel(returnId, own?.id)).toBe('shipment_not_found');
    await shop.send(orderId);
    expect(await cancel(returnId)).toBe('invalid_transition');
  });
});

describe('a replacement that comes back', () => {
  test('is no unit of the order, whose other unit the customer has', async () => {
    const { orderId } = await createArrivedOrder(2);
    await replace(await shop.takeBack(orderId, [1]), 1);
    await shop.send(orderId);
    const second = await shop.takeBack(orderId, [1]);
    expect(lineOf(await shop.commerce.getReturn({ returnId: second }))).toMatchObject({ replacementQty: 1 });
    expect(await shop.fulfillmentOf(orderId)).toBe('PARTIALLY_RETURNED');
    await shop.takeBack(orderId, [1]);
    expect(await shop.fulfillmentOf(orderId)).toBe('RETURNED');
  });

  test('is refunded or replaced again, and each unit that was paid for is refunded once', async () => {
    const { orderId } = await createArrivedOrder(2);
    await replace(await shop.takeBack(orderId, [1]), 1);
    await shop.send(orderId);
    await replace(await shop.takeBack(orderId, [1]), 1);
    await shop.send(orderId);
    expect(await shop.refund(await shop.takeBack(orderId, [2]))).toBe(2_000);
    expect(await shop.fulfillmentOf(orderId)).toBe('RETURNED');
  });

  test('keeps a return of lost goods from being canceled once a refund by line has settled it', async () => {
    const { orderId } = await createArrivedOrder(1);
    await replace(await shop.takeBack(orderId, [1]), 1);
    await shop.send(orderId, false);
    const lost = await shop.commerce.requestReturn({ orderId, lines: units(1), goods: 'KEPT', fault: 'CARRIER' });
    await shop.commerce.approveReturn({ returnId: lost.id });
    await shop.refundUnits(orderId, 1, 1);
    expect(await errorCodeOf(shop.commerce.cancelReturn({ returnId: lost.id }))).toBe('invalid_transition');
    await shop.commerce.closeReturn({ returnId: lost.id });
  });
});
