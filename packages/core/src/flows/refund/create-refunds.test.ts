import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop({
    quote: () => [{ kind: 'SHIPPING', name: 'Parcel', quantity: 1, unitAmount: 300 }],
  });
});
afterAll(() => shop.close());

type Lines = NonNullable<Parameters<Commerce['createRefund']>[0]['lines']>;
const refund = (orderId: string, lines: Lines, amount?: number) =>
  shop.commerce.createRefund({ orderId, lines, amount });

/** A captured order: line 1 is 3 cups at 1,000, line 2 is 2 trays at 500, line 3 the shipping at 300. 4,300 in all. */
async function captured() {
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
const ship = async (orderId: string) => {
  const ready = (await shop.commerce.listShipments({ orderId })).find(({ status }) => status === 'READY')!;
  await shop.commerce.dispatchShipment({ shipmentId: ready.id, carrier: 'Post', trackingNumber: 'P-1' });
  return ready.id;
};
const fulfillmentOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).fulfillmentStatus;
const paymentOf = async ({ orderId }: Pick<Attempt, 'orderId'>) => (await shop.commerce.listPayments({ orderId }))[0]!;

describe('a refund by lines', () => {
  test('costs what its units cost, and leaves stock and parcel alone unless they are restocked', async () => {
    const { orderId, cup, tray } = await captured();
    expect(
      await refund(orderId, [
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

  test('puts restocked units back on sale at once, and out of the parcel; the rest ships, and that is all of it', async () => {
    const { orderId, cup, tray } = await captured();
    await refund(orderId, [{ lineNo: 1, quantity: 2, restock: true }]);
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [9, 0],
      [8, 0],
    ]);
    expect(await parcelsOf(orderId)).toEqual(['READY 1×1 2×2']);
    const shipmentId = await ship(orderId);
    expect(await fulfillmentOf(orderId)).toBe('SHIPPED');
    await shop.commerce.deliverShipment({ shipmentId });
    expect(await fulfillmentOf(orderId)).toBe('DELIVERED');
    await shop.callGatewaysNow();
    expect(
      (await shop.readState({ orderId, payment: await paymentOf({ orderId }), productId: cup } as Attempt)).refunds,
    ).toEqual(['REFUND 2000 SUCCEEDED requested']);
  });

  test('of everything leaves no parcel, and nothing shipped', async () => {
    const { orderId, cup, tray } = await captured();
    await refund(orderId, [
      { lineNo: 1, quantity: 3, restock: true },
      { lineNo: 2, quantity: 2, restock: true },
      { lineNo: 3, quantity: 1 },
    ]);
    expect([await shop.readStock(cup), await shop.readStock(tray)]).toEqual([
      [10, 0],
      [10, 0],
    ]);
    expect([await parcelsOf(orderId), await fulfillmentOf(orderId)]).toEqual([[], 'UNFULFILLED']);
    expect((await paymentOf({ orderId })).refundReservedAmount).toBe(4300);
  });

  test('takes no unit twice, restocks nothing that has left, and knows no line that isn’t there', async () => {
    const { orderId } = await captured();
    await refund(orderId, [{ lineNo: 1, quantity: 2 }]);
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 1, quantity: 2 }]))).toBe('units_not_refundable');
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 9, quantity: 1 }]))).toBe('units_not_refundable');
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 3, quantity: 1, restock: true }]))).toBe(
      'units_not_restockable',
    );
    await ship(orderId);
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 2, quantity: 1, restock: true }]))).toBe(
      'units_not_restockable',
    );
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 2, quantity: 1 }]))).toBe('accepted');
  });

  test('that the gateway refuses leaves its units to be refunded again, and what was restocked on sale', async () => {
    const { orderId, payment, cup } = await captured();
    const { id } = await refund(orderId, [{ lineNo: 1, quantity: 3, restock: true }]);
    await shop.sendWebhook('REFUND_FAILED', { ...payment, amount: 3000 }, { refundId: id });
    expect(await shop.readStock(cup)).toEqual([10, 0]);
    expect(await errorCodeOf(refund(orderId, [{ lineNo: 1, quantity: 3 }]))).toBe('accepted');
    await ship(orderId);
    expect(await fulfillmentOf(orderId)).toBe('SHIPPED');
  });

  test('that both want the same units, at once: one gets them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { orderId, cup } = await captured();
      const codes = await Promise.all(
        Array.from({ length: 4 }, () => errorCodeOf(refund(orderId, [{ lineNo: 1, quantity: 2, restock: true }]))),
      );
      expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
      expect(await shop.readStock(cup)).toEqual([9, 0]);
      expect(await parcelsOf(orderId)).toEqual(['READY 1×1 2×2']);
    }
  });

  test('and a parcel that leaves at the same time never share a unit', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { orderId, cup } = await captured();
      const [restocked] = await Promise.all([
        errorCodeOf(refund(orderId, [{ lineNo: 1, quantity: 3, restock: true }])),
        errorCodeOf(ship(orderId)),
      ]);
      const inParcels = (await parcelsOf(orderId)).some((parcel) => parcel.includes('1×3'));
      expect(await shop.readStock(cup)).toEqual([inParcels ? 7 : 10, 0]);
      expect(restocked).toBe(inParcels ? 'units_not_restockable' : 'accepted');
    }
  });
});

describe('canceling', () => {
  test('after a restocking refund restocks the rest alone, and sends the rest of the money back', async () => {
    const { orderId, payment, cup, tray } = await captured();
    await refund(orderId, [{ lineNo: 1, quantity: 2, restock: true }]);
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

  test.each(['sent', 'unsent'])(
    'when all of the money has gone back already (%s) asks for nothing more',
    async (when) => {
      const attempt = await captured();
      await shop.commerce.createRefund({ orderId: attempt.orderId });
      if (when === 'sent') await shop.callGatewaysNow();
      expect(await shop.commerce.cancelOrder({ orderId: attempt.orderId })).toMatchObject({
        status: 'CANCELED',
        needsAttention: null,
      });
      expect((await shop.readState(attempt)).refunds).toHaveLength(1);
    },
  );
});

describe('the balance', () => {
  test('is what was captured: nothing of it is there before, and never more goes back', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    const { orderId } = attempt;
    await expect(shop.commerce.createRefund({ orderId })).rejects.toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 0 },
    });
    await shop.sendWebhook('CAPTURED', { ...attempt.payment, amount: 1500 });
    await expect(shop.commerce.createRefund({ orderId, amount: 1501 })).rejects.toMatchObject({
      details: { refundableAmount: 1500 },
    });
    expect(await shop.commerce.createRefund({ orderId })).toMatchObject({ amount: 1500 });
    await expect(shop.commerce.createRefund({ orderId })).rejects.toMatchObject({ details: { refundableAmount: 0 } });
  });

  test('needs an order, and a payment', async () => {
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: '019a0000-0000-7000-8000-000000000000' }))).toBe(
      'order_not_found',
    );
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: (await shop.createAttempt()).orderId }))).toBe(
      'refund_exceeds_balance',
    );
  });
});
