import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { quoteLine } from '../refund/quoted-shop.testing.ts';
import { createReturnShop, lineOf, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

/** 3 × 1,000 and shipping of 300, less a discount of 10 % on both, and a tax of 270 on the goods. */
const discounted = [
  quoteLine('SHIPPING', 300),
  quoteLine('DISCOUNT', -300, [1]),
  quoteLine('DISCOUNT', -30, [2]),
  quoteLine('TAX', 270, [1]),
];

async function createArrivedOrder(quote = discounted) {
  const created = await shop.createCapturedOrder([[1_000, 3]], quote);
  await shop.send(created.orderId);
  return created;
}

/** Takes back units of an order of 3 units at 1,000 whose payment is authorized only. */
async function takeBackUncaptured(quantity: number) {
  const product = await shop.createTestProduct();
  shop.quoteLines([]);
  const { orderId, payment } = await shop.createPendingOrder({ [product]: 3 });
  await shop.sendWebhook('AUTHORIZED', payment);
  await shop.send(orderId);
  return { orderId, payment, returnId: await shop.takeBack(orderId, [quantity]) };
}

const paymentOf = async (orderId: string) => only(await shop.commerce.listPayments({ orderId }));

describe('what goes back', () => {
  test('is what was paid for the units, with their share of discounts and taxes', async () => {
    const { orderId } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    const preview = await shop.commerce.previewReturn({ returnId });
    expect(preview).toMatchObject({
      returnId,
      orderId,
      currency: 'KRW',
      refundId: null,
      amount: 990,
      lines: [{ kind: 'PRODUCT', lineNo: 1, quantity: 1, amount: 990 }],
    });
    const { orderVersion: expectedVersion } = preview;
    const refunded = await shop.commerce.refundReturn({ returnId, expectedVersion });
    expect(refunded).toEqual({ ...preview, orderVersion: expect.any(Number), refundId: expect.any(String) });
    expect(only((await shop.commerce.listRefunds({ orderId })).items)).toMatchObject({
      id: refunded.refundId,
      status: 'REQUESTED',
      amount: 990,
      reason: 'requested',
      returnId,
      fees: null,
    });
    await shop.callGatewaysNow();
    expect(await paymentOf(orderId)).toMatchObject({ refundedAmount: 990 });
  });

  test('includes shipping once, net of its own discount, unless it is the fault of the customer', async () => {
    const { orderId } = await createArrivedOrder();
    expect(await shop.refund(await shop.takeBack(orderId, [1], 'CUSTOMER'))).toBe(990);
    const returnId = await shop.takeBack(orderId, [1], 'SHOP');
    expect(await shop.commerce.previewReturn({ returnId })).toMatchObject({
      lines: [
        { kind: 'PRODUCT', amount: 990 },
        { kind: 'SHIPPING', amount: 270 },
      ],
    });
    expect(await shop.refund(returnId)).toBe(990 + 270);
    expect(await shop.refund(await shop.takeBack(orderId, [1], 'CARRIER'))).toBe(990);
    await shop.callGatewaysNow();
    const { capturedAmount, refundedAmount } = await paymentOf(orderId);
    expect(refundedAmount).toBe(capturedAmount);
  });

  test('is lower by fees, which are lines and are stored with the refund', async () => {
    const { orderId } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [2]);
    const fees = [
      { name: 'Return label', amount: 300 },
      { name: 'Worn', amount: 80 },
    ];
    const preview = await shop.commerce.previewReturn({ returnId, fees });
    expect(preview).toMatchObject({
      amount: 1_600,
      lines: [{ amount: 1_980 }, { kind: 'FEE', name: 'Return label', amount: -300 }, { kind: 'FEE', amount: -80 }],
    });
    expect(await shop.refund(returnId, fees)).toBe(1_600);
    expect(only((await shop.commerce.listRefunds({ orderId })).items)).toMatchObject({ amount: 1_600, fees });
  });

  test('is the same whether free shipping was missed afterwards or not: kept goods are not priced again', async () => {
    // The discount was for orders from 3,000.
    const { orderId } = await createArrivedOrder([quoteLine('SHIPPING', 300), quoteLine('DISCOUNT', -300, [2])]);
    expect(await shop.refund(await shop.takeBack(orderId, [2]))).toBe(2_000);
  });

  test('is what was requested for goods that an approved return lets the customer keep', async () => {
    const { orderId } = await createArrivedOrder();
    const lines = [{ lineNo: 1, quantity: 2 }];
    const kept = { orderId, lines, fault: 'CARRIER', goods: 'KEPT' } as const;
    const { id: returnId } = await shop.commerce.requestReturn(kept);
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
    await shop.commerce.approveReturn({ returnId });
    expect(await shop.refund(returnId)).toBe(1_980 + 270);
    expect(await errorCodeOf(shop.commerce.cancelReturn({ returnId }))).toBe('invalid_transition');
    await shop.commerce.closeReturn({ returnId });
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
    expect(await shop.fulfillmentOf(orderId)).toBe('DELIVERED');
  });

  test('is nothing for units that another refund was for', async () => {
    const { orderId } = await createArrivedOrder();
    await shop.refundUnits(orderId, 1, 2);
    const returnId = await shop.takeBack(orderId, [3]);
    expect(await shop.refund(returnId)).toBe(990);
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
  });
});

describe('a refund of a return', () => {
  test('is not made by the receipt of the goods', async () => {
    const { orderId } = await createArrivedOrder();
    await shop.takeBack(orderId, [3]);
    expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
  });

  test('is refused once the version of the order has moved since the preview', async () => {
    const { orderId } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    const { orderVersion: expectedVersion } = await shop.commerce.previewReturn({ returnId });
    await shop.refundUnits(orderId, 1, 1);
    expect(await errorCodeOf(shop.commerce.refundReturn({ returnId, expectedVersion }))).toBe('order_changed');
  });

  test('of the same key twice is one refund', async () => {
    const { orderId } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    const { orderVersion: expectedVersion } = await shop.commerce.previewReturn({ returnId });
    const call = { idempotency: { scope: 'operator', key: `refund ${returnId}` } };
    const first = await shop.commerce.refundReturn({ returnId, expectedVersion }, call);
    expect(await shop.commerce.refundReturn({ returnId, expectedVersion }, call)).toEqual(first);
    expect((await shop.commerce.listRefunds({ orderId })).items).toHaveLength(1);
  });

  test('that the gateway refuses can be requested again, after the close as well', async () => {
    const { orderId, payment } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    await shop.refund(returnId);
    shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
    await shop.callGatewaysNow();
    await shop.commerce.closeReturn({ returnId });
    expect(await shop.refund(returnId)).toBe(990);
    await shop.callGatewaysNow();
    expect(await paymentOf(orderId)).toMatchObject({ refundedAmount: 990 });
  });

  test('waits while a dispute about the payment is open', async () => {
    const { orderId, payment } = await createArrivedOrder();
    const returnId = await shop.takeBack(orderId, [1]);
    await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: 'dp_1' });
    await expect(shop.refund(returnId)).rejects.toMatchObject({
      code: 'dispute_open',
      details: { gatewayDisputeId: 'dp_1' },
    });
    await shop.sendWebhook('DISPUTE_WON', payment, { objectId: 'dp_1' });
    expect(await shop.refund(returnId)).toBe(990);
  });

  test('of money that is authorized only lowers the capture, once', async () => {
    const { orderId, payment, returnId } = await takeBackUncaptured(1);
    const preview = await shop.commerce.previewReturn({ returnId });
    const { orderVersion: expectedVersion } = preview;
    const lowered = await shop.commerce.refundReturn({ returnId, expectedVersion });
    expect(lowered).toMatchObject({ amount: 1_000, refundId: null, lines: preview.lines });
    expect(lineOf(await shop.commerce.getReturn({ returnId }))).toMatchObject({ receivedQty: 1, releasedQty: 1 });
    expect(await errorCodeOf(shop.refund(returnId))).toBe('nothing_to_refund');
    expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
    await shop.commerce.capturePayment({ paymentId: payment.id });
    await shop.callGatewaysNow();
    expect(await paymentOf(orderId)).toMatchObject({ status: 'CAPTURED', capturedAmount: 2_000 });
    expect(await shop.refund(await shop.takeBack(orderId, [2]))).toBe(2_000);
  });

  test('of money that is authorized only, with everything back, voids the payment', async () => {
    const { orderId, returnId } = await takeBackUncaptured(3);
    expect(await shop.refund(returnId)).toBe(3_000);
    await shop.callGatewaysNow();
    expect(await paymentOf(orderId)).toMatchObject({ status: 'CANCELED', capturedAmount: 0 });
  });

  test('of kept goods that is left out of the capture keeps the return from being canceled', async () => {
    const { orderId } = await takeBackUncaptured(1);
    const lines = [{ lineNo: 1, quantity: 1 }];
    const { id: returnId } = await shop.commerce.requestReturn({ orderId, lines, goods: 'KEPT' });
    await shop.commerce.approveReturn({ returnId });
    expect(await shop.refund(returnId)).toBe(1_000);
    expect(await errorCodeOf(shop.commerce.cancelReturn({ returnId }))).toBe('invalid_transition');
  });

  test('with fees needs captured money, and is refused with the payment to capture', async () => {
    const { payment, returnId } = await takeBackUncaptured(1);
    await expect(shop.refund(returnId, [{ name: 'Label', amount: 100 }])).rejects.toMatchObject({
      code: 'refund_exceeds_balance',
      details: { refundableAmount: 0, uncapturedPaymentId: payment.id },
    });
  });
});
