import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createQuotedShop, quoteLine, type QuotedShop } from '../refund/quoted-shop.testing.ts';

let shop: QuotedShop;
beforeAll(async () => {
  shop = await createQuotedShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const cancelLines = (orderId: string, ...lines: [lineNo: number, quantity: number][]) =>
  shop.commerce.cancelLines({ orderId, lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity })) });

const shipping = [quoteLine('SHIPPING', 500), quoteLine('DISCOUNT', -1_000, [1, 2])];

/** An order of 3 and 2 units for 1,000 and 500, with 1,000 off and shipping for 500: 3,500 in all. */
async function createOrder(type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
  shop.quoteLines(shipping);
  const cup = await shop.createTestProduct();
  const tray = await shop.createTestProduct({ priceAmount: 500 });
  const { orderId, payment } = await shop.createPendingOrder({ [cup]: 3, [tray]: 2 });
  await shop.sendWebhook(type, payment);
  return { orderId, payment, cup, tray };
}

const readPayment = async (orderId: string) => only(await shop.commerce.listPayments({ orderId }));
const readRefunds = async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items.toReversed();
const dispatch = async (shipmentId: string) =>
  shop.commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: shipmentId });

describe('canceling units of a captured order', () => {
  test('puts them on sale again, refunds their share and takes them out of their shipment', async () => {
    const { orderId, cup } = await createOrder();
    const order = await cancelLines(orderId, [1, 2]);
    expect(order).toMatchObject({ status: 'PAID', fulfillmentStatus: 'UNFULFILLED', totalAmount: 3_500 });
    expect(order.lines).toMatchObject([{ canceledQty: 2 }, { canceledQty: 0 }, { canceledQty: 0 }, { canceledQty: 0 }]);
    expect(await shop.commerce.getStock({ productId: cup })).toMatchObject({ availableQty: 9, unshippedQty: 1 });
    expect(await shop.commerce.listShipments({ orderId })).toMatchObject([
      {
        status: 'READY',
        lines: [
          { lineNo: 1, quantity: 1 },
          { lineNo: 2, quantity: 2 },
        ],
      },
    ]);
    // 3 units cost 2,250: the discount is shared 750 to 250.
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 1_500, status: 'REQUESTED', reason: 'requested' }]);
    await shop.callGatewaysNow();
    expect(await readPayment(orderId)).toMatchObject({ refundedAmount: 1_500, releasedAmount: 0 });
  });

  test('gives back shipping with the last unit, when the order is CANCELED', async () => {
    const { orderId, cup, tray } = await createOrder();
    await cancelLines(orderId, [1, 3]);
    expect(await cancelLines(orderId, [2, 2])).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
    await shop.callGatewaysNow();
    expect((await readRefunds(orderId)).map(({ amount }) => amount)).toEqual([2_250, 1_250]);
    expect(await shop.readStock(cup)).toEqual([10, 0]);
    expect(await shop.readStock(tray)).toEqual([10, 0]);
    expect(await shop.readEventTypes(orderId)).toEqual(
      expect.arrayContaining(['order.lines_canceled', 'order.canceled', 'shipment.canceled']),
    );
  });

  test('leaves an order PAID and SHIPPED when the rest has shipped, without its shipping', async () => {
    const { orderId } = await createOrder();
    const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
    const { id: part } = await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 2 }] });
    await dispatch(part);
    const order = await cancelLines(orderId, [1, 1], [2, 2]);
    expect(order).toMatchObject({ status: 'PAID', fulfillmentStatus: 'SHIPPED' });
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 1_500 }]);
    const shipments = await shop.commerce.listShipments({ orderId });
    expect(shipments.map(({ id, status }) => [id === part, status])).toEqual([
      [false, 'CANCELED'],
      [true, 'SHIPPED'],
    ]);
    await shop.commerce.deliverShipment({ shipmentId: part });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ fulfillmentStatus: 'DELIVERED' });
  });

  test('empties the newest shipments first', async () => {
    const { orderId } = await createOrder();
    const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
    await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] });
    await cancelLines(orderId, [1, 2]);
    expect(await shop.commerce.listShipments({ orderId })).toMatchObject([
      { id: shipmentId, status: 'READY', lines: [{ lineNo: 1, quantity: 1 }, { lineNo: 2 }] },
      { status: 'CANCELED', lines: [{ lineNo: 1, quantity: 1 }] },
    ]);
  });

  test('refunds no unit twice, and none that was refunded by amount', async () => {
    const { orderId } = await createOrder();
    await shop.refundUnits(orderId, 1, 2);
    await cancelLines(orderId, [1, 2]);
    expect((await readRefunds(orderId)).map(({ amount }) => amount)).toEqual([1_500, 750]);
    await shop.commerce.createRefund({ orderId, amount: 1_100 });
    await cancelLines(orderId, [2, 1]);
    expect((await readRefunds(orderId)).map(({ amount }) => amount)).toEqual([1_500, 750, 1_100, 150]);
  });

  test('lets the units of a failed refund be refunded again', async () => {
    const { orderId, payment } = await createOrder();
    shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
    await cancelLines(orderId, [1, 1]);
    await shop.callGatewaysNow();
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ needsAttention: 'refund_failed' });
    expect(await shop.refundUnits(orderId, 1, 1)).toBe(750);
  });

  test('refunds nothing that the operator left out of the capture', async () => {
    const { orderId, payment } = await createOrder('AUTHORIZED');
    await shop.commerce.capturePayment({ paymentId: payment.id, amount: 2_500 });
    await shop.callGatewaysNow();
    await cancelLines(orderId, [1, 1]);
    expect(await readRefunds(orderId)).toEqual([]);
    expect(await readPayment(orderId)).toMatchObject({ capturedAmount: 2_500, releasedAmount: 750 });
    await cancelLines(orderId, [1, 1]);
    expect(await readRefunds(orderId)).toMatchObject([{ amount: 500 }]);
  });
});

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
      shop.quoteLines(shipping);
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

describe('what cannot be canceled', () => {
  test('units of an unpaid order are canceled with the whole order alone', async () => {
    const productId = await shop.createTestProduct();
    const created = await shop.createTestOrder({ [productId]: 2 });
    expect(await errorCodeOf(cancelLines(created.id, [1, 1]))).toBe('order_not_paid');
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
    expect(await errorCodeOf(cancelLines(orderId, [1, 1]))).toBe('order_not_paid');
    await shop.sendWebhook('FAILED', payment);
    expect(await errorCodeOf(cancelLines(orderId, [1, 1]))).toBe('order_not_paid');
    await shop.commerce.cancelOrder({ orderId });
    expect(await errorCodeOf(cancelLines(orderId, [1, 1]))).toBe('invalid_transition');
    expect(await shop.readStock(productId)).toEqual([10, 2]);
  });

  test('more units than wait for their shipment, and lines that are no product, change nothing', async () => {
    const { orderId } = await createOrder();
    const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
    const { id } = await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 2 }] });
    await dispatch(id);
    await expect(cancelLines(orderId, [2, 1], [1, 2])).rejects.toMatchObject({
      code: 'units_not_cancelable',
      details: { lineNo: 1, cancelableQty: 1 },
    });
    for (const lineNo of [3, 4, 5])
      expect(await errorCodeOf(cancelLines(orderId, [lineNo, 1]))).toBe('units_not_cancelable');
    expect(await readRefunds(orderId)).toEqual([]);
  });

  test('another customer’s order and an unknown one are not found', async () => {
    const { orderId } = await createOrder();
    const lines = [{ lineNo: 1, quantity: 1 }];
    expect(await errorCodeOf(shop.commerce.cancelLines({ orderId, lines, customerId: 'customer-2' }))).toBe(
      'order_not_found',
    );
    expect(await errorCodeOf(shop.commerce.cancelLines({ orderId: randomUUID(), lines }))).toBe('order_not_found');
    const own = { orderId, lines, customerId: 'customer-1', reason: 'changed my mind' };
    expect(await shop.commerce.cancelLines(own)).toMatchObject({ status: 'PAID' });
  });

  test('a reason with an e-mail address is refused, because the event log keeps it', async () => {
    const { orderId } = await createOrder();
    const input = { orderId, lines: [{ lineNo: 1, quantity: 1 }], reason: 'ask jo@example.com' };
    expect(await errorCodeOf(shop.commerce.cancelLines(input))).toBe('validation_failed');
  });

  test('a key runs once, and its answer is replayed', async () => {
    const { orderId } = await createOrder();
    const call = { idempotency: { scope: 'operator', key: randomUUID() } };
    const input = { orderId, lines: [{ lineNo: 1, quantity: 1 }] };
    const first = await shop.commerce.cancelLines(input, call);
    expect(await shop.commerce.cancelLines(input, call)).toEqual(first);
    expect(await readRefunds(orderId)).toHaveLength(1);
    const other = { ...input, lines: [{ lineNo: 1, quantity: 2 }] };
    expect(await errorCodeOf(shop.commerce.cancelLines(other, call))).toBe('idempotency_key_reused');
  });
});
