import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const orderOf = (orderId: string) => shop.commerce.getOrder({ orderId });
const paymentsOf = (orderId: string) => shop.commerce.listPayments({ orderId });
const refundsOf = async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items;

async function pending(quantity = 2, stock = 10) {
  const productId = await shop.createTestProduct({ quantity: stock });
  return { productId, ...(await shop.createPendingOrder({ [productId]: quantity })) };
}

/** Two attempts on one order: the first FAILED, the second live. */
async function secondAttempt() {
  const { productId, orderId, payment: first } = await pending();
  await shop.sendWebhook('FAILED', first);
  const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  return { productId, orderId, first, second };
}

describe('an approval', () => {
  test('pays the order: both stock numbers fall, and a shipment is ready', async () => {
    const { productId, orderId, payment } = await pending();
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'order_paid',
      duplicate: false,
    });
    expect(await orderOf(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await paymentsOf(orderId)).toMatchObject([
      { status: 'AUTHORIZED', authorizedAmount: 2000, capturedAmount: 0, surplus: false },
    ]);
    expect(await shop.readStock(productId)).toEqual([8, 0]);
    expect(await shop.commerce.listShipments({ orderId })).toMatchObject([
      { status: 'READY', lines: [{ lineNo: 1, quantity: 2 }] },
    ]);
    expect(await shop.readEventTypes(orderId)).toEqual([
      'order.created',
      'payment.created',
      'payment.authorized',
      'order.paid',
      'shipment.created',
    ]);
  });

  test('of an order without cost pays it too', async () => {
    const productId = await shop.createTestProduct({ priceAmount: 0 });
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
    await shop.sendWebhook('AUTHORIZED', payment);
    expect((await orderOf(orderId)).status).toBe('PAID');
  });

  test('that comes again under another event id changes nothing', async () => {
    const { productId, payment } = await pending();
    await shop.sendWebhook('AUTHORIZED', payment);
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_approved',
    });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });
});

describe('a failure', () => {
  test('lets go of the hold alone, and the order can be paid in another attempt', async () => {
    const { productId, orderId, payment } = await pending();
    expect(await shop.sendWebhook('FAILED', payment, { failureCode: 'card_declined' })).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_failed',
    });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', reservationStatus: 'RELEASED' });
    expect(await paymentsOf(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'card_declined' }]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
    const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(await shop.readStock(productId)).toEqual([10, 2]);
    await shop.sendWebhook('AUTHORIZED', second);
    expect((await orderOf(orderId)).status).toBe('PAID');
  });

  test('after the approval is ignored and leaves the stock alone', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.sendWebhook('AUTHORIZED', payment);
    expect(await shop.sendWebhook('FAILED', payment)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'approved_before',
    });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID' });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('of attempt 1 that comes again after attempt 2 was paid is ignored', async () => {
    const { productId, orderId, first, second } = await secondAttempt();
    await shop.sendWebhook('AUTHORIZED', second);
    expect(await shop.sendWebhook('FAILED', first)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_failed',
    });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('without a code still says that it failed', async () => {
    const { orderId, payment } = await pending();
    await shop.sendWebhook('FAILED', payment);
    expect(await paymentsOf(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'unspecified' }]);
  });
});

describe('a late approval', () => {
  test('of a failed attempt takes the stock again and pays the order', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.sendWebhook('FAILED', payment);
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('of a failed attempt without stock left is surplus, and its money is to go back', async () => {
    const { productId, orderId, payment } = await pending(2, 3);
    await shop.sendWebhook('FAILED', payment);
    await shop.createTestOrder({ [productId]: 2 });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ outcome: 'APPLIED', effect: 'surplus' });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', needsAttention: 'refund_due' });
    expect(await paymentsOf(orderId)).toMatchObject([{ status: 'AUTHORIZED', surplus: true }]);
    expect(await refundsOf(orderId)).toMatchObject([
      { status: 'REQUESTED', kind: 'VOID', amount: 2000, reason: 'surplus', paymentId: payment.id },
    ]);
    expect(await shop.readStock(productId)).toEqual([3, 2]);
  });

  test('of attempt 1 while attempt 2 is live pays the order and ends attempt 2, whose own approval is surplus', async () => {
    const { productId, orderId, first, second } = await secondAttempt();
    expect(await shop.sendWebhook('AUTHORIZED', first)).toMatchObject({ effect: 'order_paid' });
    expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(['CANCELED', 'AUTHORIZED']);
    expect(await shop.sendWebhook('AUTHORIZED', second)).toMatchObject({ effect: 'surplus' });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'refund_due' });
    expect(await refundsOf(orderId)).toMatchObject([{ paymentId: second.id, reason: 'surplus' }]);
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('both attempts at once: one pays, the other goes back', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, orderId, first, second } = await secondAttempt();
      const effects = (
        await Promise.all([shop.sendWebhook('AUTHORIZED', first), shop.sendWebhook('AUTHORIZED', second)])
      ).map(({ effect }) => String(effect));
      expect(effects.sort()).toEqual(['order_paid', 'surplus']);
      expect(await refundsOf(orderId)).toHaveLength(1);
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('of an order that expired takes the stock again and pays it', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.expireTestOrder(orderId);
    expect(await orderOf(orderId)).toMatchObject({ status: 'EXPIRED' });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await orderOf(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('of an order that expired and whose stock is gone goes back', async () => {
    const { productId, orderId, payment } = await pending(2, 2);
    await shop.expireTestOrder(orderId);
    await shop.createTestOrder({ [productId]: 1 });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await orderOf(orderId)).toMatchObject({ status: 'EXPIRED', needsAttention: 'refund_due' });
    expect(await shop.readStock(productId)).toEqual([2, 1]);
  });

  test('of an order that was canceled goes back, though there is stock', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await orderOf(orderId)).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
    expect(await refundsOf(orderId)).toMatchObject([{ amount: 2000 }]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });

  test('a failure after cancel or expiry is ignored', async () => {
    const canceled = await pending();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    const expired = await pending();
    await shop.expireTestOrder(expired.orderId);
    for (const { payment, productId } of [canceled, expired]) {
      expect(await shop.sendWebhook('FAILED', payment)).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'canceled_before',
      });
      expect(await shop.readStock(productId)).toEqual([10, 0]);
    }
  });
});

describe('another amount or currency than was asked', () => {
  test.each([
    ['amount', { amount: 1 }],
    ['more', { amount: 2001 }],
    ['currency', { currency: 'USD' }],
  ])('puts the payment under review: %s', async (_, message) => {
    const { productId, orderId, payment } = await pending();
    expect(await shop.sendWebhook('AUTHORIZED', payment, message)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_in_review',
    });
    const order = await orderOf(orderId);
    expect(order).toMatchObject({
      status: 'PAYMENT_PENDING',
      reservationStatus: 'HELD',
      needsAttention: 'amount_mismatch',
    });
    expect(order.reservedUntil.getTime()).toBeGreaterThan(Date.now() + 6 * 24 * 3600 * 1000);
    expect(await paymentsOf(orderId)).toMatchObject([
      { status: 'REVIEW', authorizedAmount: 0, reportedAmount: 'amount' in message ? message.amount : 2000 },
    ]);
    expect(await shop.readStock(productId)).toEqual([10, 2]);
  });

  test('is not forgotten by expiry: an order under review stays, its stock held', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.sendWebhook('AUTHORIZED', payment, { amount: 1 });
    await shop.expireTestOrder(orderId);
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAYMENT_PENDING' });
    expect((await orderOf(orderId)).reservedUntil.getTime()).toBeGreaterThan(Date.now());
    expect(await shop.readStock(productId)).toEqual([10, 2]);
  });

  test('an order under review takes no second attempt, no failure, and goes back what came when it is canceled', async () => {
    const { productId, orderId, payment } = await pending();
    await shop.sendWebhook('AUTHORIZED', payment, { amount: 700 });
    expect(await errorCodeOf(shop.commerce.createPayment({ orderId, provider: 'mock' }))).toBe('payment_in_progress');
    expect(await shop.sendWebhook('FAILED', payment)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'under_review',
    });
    await shop.commerce.cancelOrder({ orderId });
    expect(await refundsOf(orderId)).toMatchObject([{ amount: 700, currency: 'KRW', reason: 'amount_mismatch' }]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });

  test('after the order was canceled goes back as it came, once', async () => {
    const { orderId, payment } = await pending();
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({
      effect: 'surplus',
    });
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({
      outcome: 'IGNORED_STALE',
    });
    expect(await refundsOf(orderId)).toMatchObject([{ amount: 5, currency: 'USD' }]);
  });

  test('other money told of an attempt whose money has come asks for a look, whatever became of the attempt', async () => {
    const surplus = await pending();
    await shop.commerce.cancelOrder({ orderId: surplus.orderId });
    await shop.sendWebhook('AUTHORIZED', surplus.payment, { amount: 7 });
    const inReview = await pending();
    await shop.sendWebhook('AUTHORIZED', inReview.payment, { amount: 7 });
    await shop.commerce.clearAttention({ orderId: inReview.orderId });
    for (const { orderId, payment } of [surplus, inReview]) {
      expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'amount_mismatch',
      });
      expect((await orderOf(orderId)).needsAttention).not.toBeNull();
      expect(
        (await shop.readEventTypes(orderId)).filter((type) => type === 'order.attention_raised').length,
      ).toBeGreaterThan(1);
    }
  });

  test('after the order was paid asks for a look, and changes nothing', async () => {
    const { orderId, payment } = await pending();
    await shop.sendWebhook('AUTHORIZED', payment);
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 1 })).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'amount_mismatch',
    });
    expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'amount_mismatch' });
    expect(await shop.commerce.clearAttention({ orderId })).toMatchObject({ needsAttention: null });
  });
});

describe('a webhook meets', () => {
  test.each(['AUTHORIZED', 'FAILED'] as const)('a cancel (%s): one truth, and stock and money agree', async (type) => {
    for (let round = 0; round < 15; round += 1) {
      const { productId, orderId, payment } = await pending();
      await Promise.all([shop.sendWebhook(type, payment), errorCodeOf(shop.commerce.cancelOrder({ orderId }))]);
      expect(await orderOf(orderId)).toMatchObject({ status: 'CANCELED' });
      expect(await shop.readStock(productId)).toEqual([10, 0]);
      expect(await refundsOf(orderId)).toHaveLength(type === 'AUTHORIZED' ? 1 : 0);
    }
  });

  test('an expiry: the order is paid and its stock taken once', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { productId, orderId, payment } = await pending();
      await Promise.all([shop.sendWebhook('AUTHORIZED', payment), shop.expireTestOrder(orderId)]);
      expect(await orderOf(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });
});
