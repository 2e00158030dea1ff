import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { cancelFunctions } from './cancel-lines.testing.ts';
import { createQuotedShop, quoteLine, type QuotedShop } from '../refund/quoted-shop.testing.ts';

type Functions = ReturnType<typeof cancelFunctions>;
let shop: QuotedShop;
let cancelLines: Functions['cancelLines'];
let createOrder: Functions['createOrder'];
let readPayment: Functions['readPayment'];
let readRefunds: Functions['readRefunds'];
let dispatch: Functions['dispatch'];
beforeAll(async () => {
  shop = await createQuotedShop();
  ({ cancelLines, createOrder, readPayment, readRefunds, dispatch } = cancelFunctions(shop));
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

describe('canceling units of an authorized order', () => {
  test('lowers the capture, which releases their share', async () => {
    const { orderId, payment, cup } = await createOrder('AUTHORIZED');
    await cancelLines(orderId, [1, 2]);
    expect(await readPayment(orderId)).toMatchObject({ status: 'AUTHORIZED', releasedAmount: 1_500 });
    expect(await shop.readStock(cup)).toEqual([9, 0]);
    const paymentId = payment.id;
    expect(await errorCodeOf(shop.commerce.capturePayment({ paymentId, amount: 2_001 }))).toBe(
      'capture_exceeds_authorized',
    );
    await shop.commerce.capturePayment({ paymentId });
    await shop.callGatewaysNow();
    expect(shop.readRequests(paymentId, 'CAPTURE')).toMatchObject([{ amount: 2_000 }]);
    expect(await readPayment(orderId)).toMatchObject({ status: 'CAPTURED', capturedAmount: 2_000 });
    expect(await readRefunds(orderId)).toEqual([]);
    // All that is left gives exactly what was captured.
    await cancelLines(orderId, [1, 1]);
    await cancelLines(orderId, [2, 2]);
    await shop.callGatewaysNow();
    expect((await readRefunds(orderId)).map(({ amount }) => amount)).toEqual([750, 1_250]);
    expect(await readPayment(orderId)).toMatchObject({ refundedAmount: 2_000 });
  });

  test('leaves of a price that has no whole units what the units kept cost', async () => {
    // 3 units for 299: the first costs 99, the second and the third 100.
    const { orderId, payment } = await shop.createPaidOrder('AUTHORIZED', [[100, 3]], [quoteLine('DISCOUNT', -1)]);
    await cancelLines(orderId, [1, 1]);
    expect(await readPayment(orderId)).toMatchObject({ releasedAmount: 99 });
    await cancelLines(orderId, [1, 1]);
    expect(await readPayment(orderId)).toMatchObject({ releasedAmount: 199 });
    await shop.commerce.capturePayment({ paymentId: payment.id });
    await shop.callGatewaysNow();
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(100);
  });

  test('is refused while a capture is in progress', async () => {
    const { orderId, payment } = await createOrder('AUTHORIZED');
    await shop.commerce.capturePayment({ paymentId: payment.id });
    expect(await errorCodeOf(cancelLines(orderId, [1, 1]))).toBe('capture_in_progress');
    await shop.callGatewaysNow();
    await cancelLines(orderId, [1, 1]);
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 750 }]);
  });

  test('refunds what the gateway captured all the same', async () => {
    const { orderId, payment } = await createOrder('AUTHORIZED');
    await cancelLines(orderId, [1, 1]);
    await shop.sendWebhook('CAPTURED', payment);
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 750, reason: 'order_canceled' }]);
    expect(await readPayment(orderId)).toMatchObject({ capturedAmount: 3_500, releasedAmount: 0 });
    await shop.callGatewaysNow();
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
  });

  test('voids the payment when the last unit that costs something goes', async () => {
    shop.quoteLines([]);
    const [cup, gift] = [await shop.createTestProduct(), await shop.createTestProduct({ priceAmount: 0 })];
    const { orderId, payment } = await shop.createPendingOrder({ [cup]: 1, [gift]: 1 });
    await shop.sendWebhook('AUTHORIZED', payment);
    await cancelLines(orderId, [1, 1]);
    await shop.callGatewaysNow();
    expect(await readPayment(orderId)).toMatchObject({ status: 'CANCELED' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
    await dispatch(only(await shop.commerce.listShipments({ orderId })).id);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
      fulfillmentStatus: 'SHIPPED',
      needsAttention: null,
    });
  });

  test('requests a refused VOID of an order that stays PAID once more, when an operator says so', async () => {
    shop.quoteLines([]);
    const [cup, gift] = [await shop.createTestProduct(), await shop.createTestProduct({ priceAmount: 0 })];
    const { orderId, payment } = await shop.createPendingOrder({ [cup]: 1, [gift]: 1 });
    await shop.sendWebhook('AUTHORIZED', payment);
    await cancelLines(orderId, [1, 1]);
    shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
    await shop.callGatewaysNow();
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
      status: 'PAID',
      needsAttention: 'refund_failed',
    });
    const again = await shop.commerce.createRefund({ orderId });
    expect(again).toMatchObject({ kind: 'VOID', status: 'REQUESTED', reason: 'order_canceled' });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId }))).toBe('refund_exceeds_balance');
    await shop.callGatewaysNow();
    expect(await readPayment(orderId)).toMatchObject({ status: 'CANCELED' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
  });

  test('leave one VOID when the order is canceled before the gateway has answered', async () => {
    shop.quoteLines([]);
    const [cup, gift] = [await shop.createTestProduct(), await shop.createTestProduct({ priceAmount: 0 })];
    const { orderId, payment } = await shop.createPendingOrder({ [cup]: 1, [gift]: 1 });
    await shop.sendWebhook('AUTHORIZED', payment);
    await cancelLines(orderId, [1, 1]);
    expect(await shop.commerce.cancelOrder({ orderId })).toMatchObject({ status: 'CANCELED' });
    expect(await readRefunds(orderId)).toMatchObject([{ kind: 'VOID' }]);
    await shop.callGatewaysNow();
    expect(await readPayment(orderId)).toMatchObject({ status: 'CANCELED' });
  });

  test('makes a new attempt after a lost authorization ask for the rest alone', async () => {
    const { orderId, payment } = await createOrder('AUTHORIZED');
    await cancelLines(orderId, [1, 1]);
    await shop.sendWebhook('CANCELED', payment);
    await cancelLines(orderId, [1, 1]);
    const attempt = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(attempt).toMatchObject({ amount: 2_000, releasedAmount: 0 });
    expect(await errorCodeOf(cancelLines(orderId, [1, 1]))).toBe('payment_in_progress');
    await shop.sendWebhook('CAPTURED', attempt);
    await cancelLines(orderId, [1, 1]);
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 750 }]);
  });
});

describe('units canceled after an authorization was lost', () => {
  test('are refunded when the lost payment is captured all the same', async () => {
    const { orderId, payment } = await createOrder('AUTHORIZED');
    await cancelLines(orderId, [1, 1]);
    await shop.sendWebhook('CANCELED', payment);
    await cancelLines(orderId, [1, 1]);
    await shop.sendWebhook('CAPTURED', payment);
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 1_500, reason: 'order_canceled' }]);
    await shop.callGatewaysNow();
    expect(await readPayment(orderId)).toMatchObject({ capturedAmount: 3_500, refundedAmount: 1_500 });
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'go back from an older attempt whose late approval (%s) pays for the order',
    async (type) => {
      shop.quoteLines([quoteLine('SHIPPING', 500), quoteLine('DISCOUNT', -1_000, [1, 2])]);
      const [cup, tray] = [await shop.createTestProduct(), await shop.createTestProduct({ priceAmount: 500 })];
      const { orderId, payment: late } = await shop.createPendingOrder({ [cup]: 3, [tray]: 2 });
      await shop.sendWebhook('FAILED', late);
      const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
      await shop.sendWebhook('AUTHORIZED', payment);
      await cancelLines(orderId, [1, 1]);
      await shop.sendWebhook('CANCELED', payment);
      await shop.sendWebhook(type, late);
      if (type === 'AUTHORIZED') await shop.commerce.capturePayment({ paymentId: late.id });
      await shop.callGatewaysNow();
      const payments = await shop.commerce.listPayments({ orderId });
      const { capturedAmount = 0, refundedAmount = 0 } = payments.find(({ id }) => id === late.id) ?? {};
      expect(capturedAmount - refundedAmount).toBe(2_750);
      expect(await shop.commerce.doctor()).toEqual([]);
    },
  );
});
