import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop({
    quote: () => [{ kind: 'SHIPPING', name: 'Parcel', quantity: 1, unitAmount: 300 }],
  });
});
afterAll(() => shop.close());

type Lines = NonNullable<Parameters<Commerce['createRefund']>[0]['lines']>;
const createLineRefund = (orderId: string, lines: Lines, amount?: number) =>
  shop.commerce.createRefund({ orderId, lines, amount });

/**
 * Creates a captured order of 4,300: line 1 is 3 cups at 1,000, line 2 is 2 trays at 500, line 3 is shipping at 300.
 */
async function createCapturedOrder() {
  const [cup, tray] = [await shop.createTestProduct(), await shop.createTestProduct({ priceAmount: 500 })];
  const { orderId, payment } = await shop.createPendingOrder({ [cup]: 3, [tray]: 2 });
  await shop.sendWebhook('CAPTURED', payment);
  return { orderId, payment, cup, tray, productId: cup };
}
const parcelsOf = async (orderId: string) =>
  (await shop.commerce.listShipments({ orderId }))
    .filter(({ status }) => status !== 'CANCELED')
    .map(({ status, lines }) => `${status} ${lines.map(({ lineNo, quantity }) => `${lineNo}×${quantity}`).join(' ')}`)
    .toSorted();
const dispatchReadyParcel = async (orderId: string) => {
  const ready = only((await shop.commerce.listShipments({ orderId })).filter(({ status }) => status === 'READY'));
  await shop.commerce.dispatchShipment({ shipmentId: ready.id, carrier: 'Post', trackingNumber: ready.id });
  return ready.id;
};
const fulfillmentOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).fulfillmentStatus;
const paymentOf = async (orderId: string) => only(await shop.commerce.listPayments({ orderId }));

describe('a refund by lines', () => {
  test('costs the price of its units, and leaves stock and parcel alone without restock', async () => {
    const { orderId, cup, tray } = await createCapturedOrder();
    expect(
      await createLineRefund(orderId, [
        { lineNo: 1, quantity: 2 },
        { lineNo: 3, quantity: 1 },
      ]),
    ).toMatchObject({ amount: 2300, status: 'REQUESTED' });
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [7, 0],
      [8, 0],
    ]);
    expect(await parcelsOf(orderId)).toEqual(['READY 1×3 2×2']);
  });

  test('with restock returns its units to the stock and takes them out of the parcel, and the rest ships', async () => {
    const { orderId, payment, cup, tray } = await createCapturedOrder();
    await createLineRefund(orderId, [{ lineNo: 1, quantity: 2, restock: true }]);
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [9, 0],
      [8, 0],
    ]);
    expect(await parcelsOf(orderId)).toEqual(['READY 1×1 2×2']);
    const shipmentId = await dispatchReadyParcel(orderId);
    expect(await fulfillmentOf(orderId)).toBe('SHIPPED');
    await shop.commerce.deliverShipment({ shipmentId });
    expect(await fulfillmentOf(orderId)).toBe('DELIVERED');
    await shop.callGatewaysNow();
    expect((await shop.readState({ orderId, payment, productId: cup })).refunds).toEqual([
      'REFUND 2000 SUCCEEDED requested',
    ]);
  });

  test('of all units with restock leaves no parcel and an unfulfilled order', async () => {
    const { orderId, cup, tray } = await createCapturedOrder();
    await createLineRefund(orderId, [
      { lineNo: 1, quantity: 3, restock: true },
      { lineNo: 2, quantity: 2, restock: true },
      { lineNo: 3, quantity: 1 },
    ]);
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [10, 0],
      [10, 0],
    ]);
    expect([await parcelsOf(orderId), await fulfillmentOf(orderId)]).toEqual([[], 'UNFULFILLED']);
    expect((await paymentOf(orderId)).refundReservedAmount).toBe(4300);
  });

  test('rejects refunded units, a restock of units that have shipped, and unknown lines', async () => {
    const { orderId } = await createCapturedOrder();
    await createLineRefund(orderId, [{ lineNo: 1, quantity: 2 }]);
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 1, quantity: 2 }]))).toBe('units_not_refundable');
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 9, quantity: 1 }]))).toBe('units_not_refundable');
    expect(await errorCodeOf(createLineRefund(orderId, []))).toBe('validation_failed');
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 3, quantity: 1, restock: true }]))).toBe(
      'units_not_restockable',
    );
    await dispatchReadyParcel(orderId);
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 2, quantity: 1, restock: true }]))).toBe(
      'units_not_restockable',
    );
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 2, quantity: 1 }]))).toBe('accepted');
  });

  test('that the gateway refuses leaves its units refundable and its restocked units on sale', async () => {
    const { orderId, payment, cup } = await createCapturedOrder();
    const { id } = await createLineRefund(orderId, [{ lineNo: 1, quantity: 3, restock: true }]);
    await shop.sendWebhook('REFUND_FAILED', { ...payment, amount: 3000 }, { refundId: id });
    expect(await shop.readStock(cup)).toEqual([10, 0]);
    expect(await errorCodeOf(createLineRefund(orderId, [{ lineNo: 1, quantity: 3 }]))).toBe('accepted');
    await dispatchReadyParcel(orderId);
    expect(await fulfillmentOf(orderId)).toBe('SHIPPED');
  });

  test('gives its units to one of four concurrent refunds', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { orderId, cup } = await createCapturedOrder();
      const codes = await Promise.all(
        Array.from({ length: 4 }, () =>
          errorCodeOf(createLineRefund(orderId, [{ lineNo: 1, quantity: 2, restock: true }])),
        ),
      );
      expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
      expect(await shop.readStock(cup)).toEqual([9, 0]);
      expect(await parcelsOf(orderId)).toEqual(['READY 1×1 2×2']);
    }
  });

  test('and a concurrent dispatch never share a unit', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { orderId, cup } = await createCapturedOrder();
      const [restocked] = await Promise.all([
        errorCodeOf(createLineRefund(orderId, [{ lineNo: 1, quantity: 3, restock: true }])),
        errorCodeOf(dispatchReadyParcel(orderId)),
      ]);
      const inParcels = (await parcelsOf(orderId)).some((parcel) => parcel.includes('1×3'));
      expect(await shop.readStock(cup)).toEqual([inParcels ? 7 : 10, 0]);
      expect(restocked).toBe(inParcels ? 'units_not_restockable' : 'accepted');
    }
  });
});

describe('a cancel', () => {
  test('after a refund with restock restocks the other units and refunds the other money', async () => {
    const { orderId, payment, cup, tray } = await createCapturedOrder();
    await createLineRefund(orderId, [{ lineNo: 1, quantity: 2, restock: true }]);
    await shop.callGatewaysNow();
    await shop.commerce.cancelOrder({ orderId });
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [10, 0],
      [10, 0],
    ]);
    await shop.callGatewaysNow();
    expect(await shop.readState({ orderId, payment, productId: cup })).toMatchObject({
      order: 'CANCELED',
      refunds: ['REFUND 2000 SUCCEEDED requested', 'REFUND 2300 SUCCEEDED order_canceled'],
      attention: null,
    });
  });

  test.each(['sent', 'unsent'])('after a refund of all money (%s) requests no other refund', async (when) => {
    const attempt = await createCapturedOrder();
    await shop.commerce.createRefund({ orderId: attempt.orderId });
    if (when === 'sent') await shop.callGatewaysNow();
    expect(await shop.commerce.cancelOrder({ orderId: attempt.orderId })).toMatchObject({
      status: 'CANCELED',
      needsAttention: null,
    });
    expect((await shop.readState(attempt)).refunds).toHaveLength(1);
  });
});

describe('the refundable balance', () => {
  test('is the captured amount, and no refund exceeds it', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    const { orderId } = attempt;
    await expect(shop.commerce.createRefund({ orderId })).rejects.toMatchObject({
      code: 'refund_exceeds_balance',
      message: expect.stringMatching(/authorized only: capture it first, or cancel the order$/),
      details: { refundableAmount: 0, uncapturedPaymentId: attempt.payment.id },
    });
    await shop.sendWebhook('CAPTURED', { ...attempt.payment, amount: 1500 });
    await expect(shop.commerce.createRefund({ orderId, amount: 1501 })).rejects.toMatchObject({
      message: 'the amount is more than can be refunded',
      details: { refundableAmount: 1500, uncapturedPaymentId: null },
    });
    expect(await shop.commerce.createRefund({ orderId })).toMatchObject({ amount: 1500 });
    await expect(shop.commerce.createRefund({ orderId })).rejects.toMatchObject({
      message: expect.stringContaining('all of the money has gone back or is on its way'),
      details: { refundableAmount: 0, uncapturedPaymentId: null },
    });
  });

  test('is 0 for an unpaid order, and an unknown order is rejected', async () => {
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: '019a0000-0000-7000-8000-000000000000' }))).toBe(
      'order_not_found',
    );
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: (await shop.createAttempt()).orderId }))).toBe(
      'refund_exceeds_balance',
    );
  });
});
