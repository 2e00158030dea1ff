import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createExchangeShop, type ExchangeShop } from './exchange.testing.ts';

let shop: ExchangeShop;
beforeAll(async () => {
  shop = await createExchangeShop();
});
afterAll(() => shop.close());

const creditOf = async (orderId: string) => only((await shop.commerce.listCredits({ orderId })).items);

describe('an exchange for goods that cost more', () => {
  test('asks only for the difference, and is PAID with it', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 2);
    const order = await shop.exchange(returnId, 3_500);
    expect(order).toMatchObject({
      status: 'CREATED',
      totalAmount: 1_500,
      exchange: { returnId, returnOrderId: orderId, creditAmount: 2_000, refundAmount: 0, refundId: null },
    });
    expect(order.lines.map(({ kind, amount, paidAmount }) => [kind, amount, paidAmount])).toEqual([
      ['PRODUCT', 3_500, 3_500],
      ['CREDIT', -2_000, -2_000],
    ]);
    expect(await creditOf(order.id)).toMatchObject({ status: 'RESERVED', amount: 2_000, returnId });
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 0, credited: 2_000 });
    const payment = await shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
    expect(payment.amount).toBe(1_500);
    expect(await shop.sendWebhook('CAPTURED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await creditOf(order.id)).toMatchObject({ status: 'SPENT' });
    expect(only(await shop.commerce.listShipments({ orderId: order.id }))).toMatchObject({ status: 'READY' });
  });

  test('leaves nothing of the return to refund, replace or exchange', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 2);
    await shop.exchange(returnId, 3_500);
    expect((await shop.commerce.previewReturn({ returnId })).amount).toBe(0);
    const { orderVersion: expectedVersion } = await shop.commerce.getReturn({ returnId });
    expect(await errorCodeOf(shop.commerce.refundReturn({ returnId, expectedVersion }))).toBe('nothing_to_refund');
    const lines = [{ lineNo: 1, quantity: 1 }];
    expect(await errorCodeOf(shop.commerce.replaceReturn({ returnId, lines }))).toBe('units_not_in_return');
    expect(await errorCodeOf(shop.exchange(returnId, 100))).toBe('nothing_to_refund');
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId, amount: 1 }))).toBe('refund_exceeds_balance');
    expect(await errorCodeOf(shop.commerce.cancelReturn({ returnId }))).toBe('invalid_transition');
  });

  test('releases its credit when it expires, and the return can be refunded', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 2);
    const order = await shop.exchange(returnId, 3_500);
    await shop.database.pool.query(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = $1`,
      [order.id],
    );
    await shop.commerce.expireOrders();
    expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'EXPIRED' });
    await shop.settle();
    expect(await creditOf(order.id)).toMatchObject({ status: 'RELEASED', returnedAmount: 2_000 });
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 0, credited: 0 });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ attentionReasons: ['return_refund_due'] });
    expect(await shop.refund(returnId)).toBe(2_000);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ attentionReasons: null });
    await shop.settle();
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
  });

  test('releases its credit when it is canceled unpaid, and the units pay for another exchange', async () => {
    const { returnId } = await shop.createReturn(1_000, 2);
    const first = await shop.exchange(returnId, 3_500);
    await shop.commerce.cancelOrder({ orderId: first.id });
    await shop.settle();
    const second = await shop.exchange(returnId, 2_000);
    expect(second).toMatchObject({ status: 'PAID', totalAmount: 0, exchange: { creditAmount: 2_000 } });
  });

  test('keeps its credit while a failed attempt can be repeated', async () => {
    const { returnId } = await shop.createReturn(1_000, 2);
    const order = await shop.exchange(returnId, 3_500);
    const pay = async () => shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
    await shop.sendWebhook('FAILED', await pay());
    expect(await creditOf(order.id)).toMatchObject({ status: 'RESERVED' });
    await shop.sendWebhook('CAPTURED', await pay());
    expect(await creditOf(order.id)).toMatchObject({ status: 'SPENT' });
  });

  test('sends the difference back when it is approved after the expiry, and keeps its credit released', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 2);
    const order = await shop.exchange(returnId, 3_500);
    const payment = await shop.commerce.createPayment({ orderId: order.id, provider: 'mock' });
    await shop.database.pool.query(
      `update commerce.orders set hold_until = now() - interval '1 second' where id = $1`,
      [order.id],
    );
    await shop.database.pool.query(`update commerce.payments set asked_at = now() where id = $1`, [payment.id]);
    await shop.commerce.expireOrders();
    expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'EXPIRED' });
    expect(await shop.sendWebhook('CAPTURED', payment)).toMatchObject({ effect: 'surplus' });
    await shop.settle();
    expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'EXPIRED' });
    expect(only((await shop.commerce.listRefunds({ orderId: order.id })).items)).toMatchObject({ amount: 1_500 });
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 0, credited: 0 });
  });
});

describe('an exchange for goods that cost as much or less', () => {
  test('is PAID at once without a gateway, and the rest is refunded', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 3);
    const order = await shop.exchange(returnId, 2_200);
    expect(order).toMatchObject({
      status: 'PAID',
      totalAmount: 0,
      exchange: { creditAmount: 2_200, refundAmount: 800, refundId: expect.any(String) },
    });
    expect(only(await shop.commerce.listPayments({ orderId: order.id }))).toMatchObject({
      provider: 'none',
      amount: 0,
      status: 'CAPTURED',
    });
    expect(await creditOf(order.id)).toMatchObject({ status: 'SPENT' });
    await shop.settle();
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 3_000, refunded: 800, credited: 2_200 });
    expect(only((await shop.commerce.listRefunds({ orderId })).items)).toMatchObject({ returnId, status: 'SUCCEEDED' });
  });

  test('keeps fees back, and takes only the selected units', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 3);
    const order = await shop.exchange(returnId, 900, {
      lines: [{ lineNo: 1, quantity: 1 }],
      fees: [{ name: 'Label', amount: 100 }],
    });
    expect(order.exchange).toMatchObject({ creditAmount: 900, refundAmount: 0 });
    expect(await creditOf(order.id)).toMatchObject({ fees: [{ name: 'Label', amount: 100 }] });
    expect(await shop.refund(returnId)).toBe(2_000);
    await shop.settle();
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 3_000, refunded: 2_000, credited: 900 });
    const lines = [{ lineNo: 1, quantity: 4 }];
    expect(await errorCodeOf(shop.exchange(returnId, 900, { lines }))).toBe('units_not_in_return');
  });

  test('gives the credit back to the old payment when it is canceled', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 2);
    const order = await shop.exchange(returnId, 2_000);
    await shop.commerce.cancelOrder({ orderId: order.id });
    await shop.settle();
    expect(await shop.balanceOf(orderId)).toEqual({ captured: 2_000, refunded: 2_000, credited: 0 });
    expect(await creditOf(order.id)).toMatchObject({ status: 'SPENT', returnedAmount: 2_000 });
    expect((await shop.commerce.previewReturn({ returnId })).amount).toBe(0);
    expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'CANCELED' });
  });
});

describe('an exchange is refused', () => {
  test('for another currency, and nothing is changed', async () => {
    const { orderId, returnId } = await shop.createReturn(1_000, 1);
    const productId = await shop.createTestProduct({ currency: 'USD' });
    const order = { lines: [{ productId, quantity: 1 }] };
    expect(await errorCodeOf(shop.commerce.exchangeReturn({ returnId, order }))).toBe('currency_mismatch');
    expect(await shop.balanceOf(orderId)).toMatchObject({ credited: 0 });
  });

  test('without stock, and without goods that cost something', async () => {
    const { returnId } = await shop.createReturn(1_000, 1);
    expect(await errorCodeOf(shop.exchange(returnId, 500, { stock: 0 }))).toBe('insufficient_stock');
    expect(await errorCodeOf(shop.exchange(returnId, 0))).toBe('validation_failed');
    expect((await shop.commerce.previewReturn({ returnId })).amount).toBe(1_000);
  });

  test('before the goods have come, and for a payment that is only authorized', async () => {
    const { orderId } = await shop.createPaidOrder('AUTHORIZED', [[1_000, 2]], []);
    await shop.send(orderId);
    const returnId = await shop.approveUnits(orderId, [1]);
    expect(await errorCodeOf(shop.exchange(returnId, 500))).toBe('nothing_to_refund');
    await shop.receiveUnits(returnId, [1]);
    expect(await errorCodeOf(shop.exchange(returnId, 500))).toBe('refund_exceeds_balance');
  });

  test('while the bank of the shopper contests the payment', async () => {
    const { returnId, paymentId } = await shop.createReturn(1_000, 1);
    const payment = await shop.commerce.getPayment({ paymentId });
    await shop.sendWebhook('DISPUTE_OPENED', payment, { objectId: `dispute-${paymentId}` });
    expect(await errorCodeOf(shop.exchange(returnId, 500))).toBe('dispute_open');
  });

  test('when another amount is left to pay than the expected one', async () => {
    const { returnId } = await shop.createReturn(1_000, 1);
    const productId = await shop.createTestProduct({ priceAmount: 1_500, currency: 'KRW' });
    const order = { lines: [{ productId, quantity: 1 }], expectedTotalAmount: 1_500 };
    expect(await errorCodeOf(shop.commerce.exchangeReturn({ returnId, order }))).toBe('total_changed');
    expect(
      await errorCodeOf(shop.commerce.exchangeReturn({ returnId, order: { ...order, expectedTotalAmount: 500 } })),
    ).toBe('accepted');
  });
});

test('a preview shows what an exchange does, and changes nothing', async () => {
  const { returnId } = await shop.createReturn(1_000, 2);
  const productId = await shop.createTestProduct({ priceAmount: 1_500, currency: 'KRW' });
  const order = { lines: [{ productId, quantity: 1 }] };
  const preview = await shop.commerce.previewExchange({ returnId, order });
  expect(preview).toMatchObject({ totalAmount: 0, creditAmount: 1_500, refundAmount: 500 });
  const exchanged = await shop.commerce.exchangeReturn({ returnId, order, expectedVersion: preview.orderVersion });
  expect(exchanged.exchange).toMatchObject({ creditAmount: 1_500, refundAmount: 500 });
  expect(exchanged.lines.map(({ orderId: _, ...line }) => line)).toEqual(preview.lines);
});

test('a repeated call with a key returns the same order, and gives one credit', async () => {
  const { returnId } = await shop.createReturn(1_000, 1);
  const productId = await shop.createTestProduct({ currency: 'KRW' });
  const input = { returnId, order: { lines: [{ productId, quantity: 1 }] } };
  const call = { idempotency: { scope: 'test', key: returnId } };
  const first = await shop.commerce.exchangeReturn(input, call);
  expect(await shop.commerce.exchangeReturn(input, call)).toEqual(first);
  expect((await shop.commerce.listCredits({ returnId })).items).toHaveLength(1);
  expect(first.exchange.creditAmount).toBe(1_000);
});

test('each step of an exchange is an event of the order that it concerns', async () => {
  const { orderId, returnId } = await shop.createReturn(1_000, 2);
  const released = await shop.exchange(returnId, 3_000);
  await shop.commerce.cancelOrder({ orderId: released.id });
  await shop.settle();
  const spent = await shop.exchange(returnId, 1_500);
  await shop.commerce.cancelOrder({ orderId: spent.id });
  await shop.settle();
  const types = (await shop.readEventTypes(orderId)).filter((type) => /exchange|credit|refund.req/.test(type));
  expect(types).toEqual([
    'return.exchanged',
    'return.credit_released',
    'refund.requested',
    'return.exchanged',
    'refund.requested',
    'return.credit_refunded',
  ]);
  expect(await shop.readEventTypes(spent.id)).toContain('order.credit_returned');
});
