import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../../testing/test-shop.ts';
import {
  createPendingOrder,
  createSecondAttempt,
  openPaymentShop,
  type PaymentShop,
} from '../payment/payment-shop.testing.ts';
import { makeAttemptFree } from '../../testing/free-attempt.ts';

let shop: PaymentShop;
beforeAll(async () => {
  shop = await openPaymentShop();
});
afterAll(() => shop.close());

describe('an approval', () => {
  test('pays the order, sells its stock and creates a shipment', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'order_paid',
      duplicate: false,
    });
    expect(await shop.getOrder(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await shop.listPayments(orderId)).toMatchObject([
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

  test('of a free order, whose attempt an earlier version created at the gateway, pays the order', async () => {
    const { orderId, payment } = await createPendingOrder(shop);
    await makeAttemptFree(shop, orderId);
    await shop.sendWebhook('AUTHORIZED', { ...payment, amount: 0 });
    expect((await shop.getOrder(orderId)).status).toBe('PAID');
  });
});

describe('a failure', () => {
  test('releases the reservation, and another attempt can pay the order', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    expect(await shop.sendWebhook('FAILED', payment, { failureCode: 'card_declined' })).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_failed',
    });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', reservationStatus: 'RELEASED' });
    expect(await shop.listPayments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'card_declined' }]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
    const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(await shop.readStock(productId)).toEqual([10, 2]);
    await shop.sendWebhook('AUTHORIZED', second);
    expect((await shop.getOrder(orderId)).status).toBe('PAID');
  });

  test('of attempt 1 that is repeated after attempt 2 was paid is ignored', async () => {
    const { productId, orderId, first, second } = await createSecondAttempt(shop);
    await shop.sendWebhook('AUTHORIZED', second);
    expect(await shop.sendWebhook('FAILED', first)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_failed',
    });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('without a code is stored with the failure code unspecified', async () => {
    const { orderId, payment } = await createPendingOrder(shop);
    await shop.sendWebhook('FAILED', payment);
    expect(await shop.listPayments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'unspecified' }]);
  });
});

describe('an approval with another amount or currency', () => {
  test.each([
    ['less', { amount: 1 }],
    ['more', { amount: 2001 }],
    ['another currency', { currency: 'USD' }],
  ])('puts the payment under review (%s)', async (_, message) => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    expect(await shop.sendWebhook('AUTHORIZED', payment, message)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_in_review',
    });
    const order = await shop.getOrder(orderId);
    expect(order).toMatchObject({
      status: 'PAYMENT_PENDING',
      reservationStatus: 'HELD',
      needsAttention: 'amount_mismatch',
    });
    expect(order.reservedUntil.getTime()).toBeGreaterThan(Date.now() + 6 * 24 * 3600 * 1000);
    expect(await shop.listPayments(orderId)).toMatchObject([
      { status: 'REVIEW', authorizedAmount: 0, reportedAmount: 'amount' in message ? message.amount : 2000 },
    ]);
    expect(await shop.readStock(productId)).toEqual([10, 2]);
  });

  test('keeps the order and its stock reserved after reservedUntil', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    await shop.sendWebhook('AUTHORIZED', payment, { amount: 1 });
    await shop.expireTestOrder(orderId);
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAYMENT_PENDING' });
    expect((await shop.getOrder(orderId)).reservedUntil.getTime()).toBeGreaterThan(Date.now());
    expect(await shop.readStock(productId)).toEqual([10, 2]);
  });

  test('blocks a second attempt and a failure, and is refunded as it came after a cancel', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    await shop.sendWebhook('AUTHORIZED', payment, { amount: 700 });
    expect(await errorCodeOf(shop.commerce.createPayment({ orderId, provider: 'mock' }))).toBe('payment_in_progress');
    expect(await shop.sendWebhook('FAILED', payment)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'under_review',
    });
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.listRefunds(orderId)).toMatchObject([
      { amount: 700, currency: 'KRW', reason: 'amount_mismatch' },
    ]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });

  test('of a canceled order is refunded as it came, once', async () => {
    const { orderId, payment } = await createPendingOrder(shop);
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({
      effect: 'surplus',
    });
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({
      outcome: 'IGNORED_STALE',
    });
    expect(await shop.listRefunds(orderId)).toMatchObject([{ amount: 5, currency: 'USD' }]);
  });

  test('of a surplus payment or one under review raises another attention', async () => {
    const surplus = await createPendingOrder(shop);
    await shop.commerce.cancelOrder({ orderId: surplus.orderId });
    await shop.sendWebhook('AUTHORIZED', surplus.payment, { amount: 7 });
    const inReview = await createPendingOrder(shop);
    await shop.sendWebhook('AUTHORIZED', inReview.payment, { amount: 7 });
    await shop.commerce.clearAttention({ orderId: inReview.orderId });
    for (const { orderId, payment } of [surplus, inReview]) {
      expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'amount_mismatch',
      });
      expect((await shop.getOrder(orderId)).needsAttention).not.toBeNull();
      expect(
        (await shop.readEventTypes(orderId)).filter((type) => type === 'order.attention_raised').length,
      ).toBeGreaterThan(1);
    }
  });

  test('of a paid order raises an attention and changes nothing else', async () => {
    const { orderId, payment } = await createPendingOrder(shop);
    await shop.sendWebhook('AUTHORIZED', payment);
    expect(await shop.sendWebhook('AUTHORIZED', payment, { amount: 1 })).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'amount_mismatch',
    });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'amount_mismatch' });
    expect(await shop.commerce.clearAttention({ orderId })).toMatchObject({ needsAttention: null });
  });
});

describe('a webhook', () => {
  test.each(['AUTHORIZED', 'FAILED'] as const)(
    'and a concurrent cancel (%s) end in a canceled order, released stock and refunded money',
    async (type) => {
      for (let round = 0; round < 15; round += 1) {
        const { productId, orderId, payment } = await createPendingOrder(shop);
        await Promise.all([shop.sendWebhook(type, payment), errorCodeOf(shop.commerce.cancelOrder({ orderId }))]);
        expect(await shop.getOrder(orderId)).toMatchObject({ status: 'CANCELED' });
        expect(await shop.readStock(productId)).toEqual([10, 0]);
        expect(await shop.listRefunds(orderId)).toHaveLength(type === 'AUTHORIZED' ? 1 : 0);
      }
    },
  );

  test('and a concurrent expiry end in a paid order whose stock is sold once', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { productId, orderId, payment } = await createPendingOrder(shop);
      await Promise.all([shop.sendWebhook('AUTHORIZED', payment), shop.expireTestOrder(orderId)]);
      expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });
});
