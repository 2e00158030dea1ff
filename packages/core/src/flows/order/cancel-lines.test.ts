import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { cancelFunctions } from './cancel-lines.testing.ts';
import { createQuotedShop, type QuotedShop } from '../refund/quoted-shop.testing.ts';

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
