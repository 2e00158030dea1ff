import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPendingOrder, createSecondAttempt, openPaymentShop, type PaymentShop } from './payment-shop.testing.ts';

let shop: PaymentShop;
beforeAll(async () => {
  shop = await openPaymentShop();
});
afterAll(() => shop.close());

describe('a late approval', () => {
  test('of a failed attempt without stock is surplus, and its refund is requested', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop, 2, 3);
    await shop.sendWebhook('FAILED', payment);
    await shop.createTestOrder({ [productId]: 2 });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ outcome: 'APPLIED', effect: 'surplus' });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', needsAttention: 'refund_due' });
    expect(await shop.listPayments(orderId)).toMatchObject([{ status: 'AUTHORIZED', surplus: true }]);
    expect(await shop.listRefunds(orderId)).toMatchObject([
      { status: 'REQUESTED', kind: 'VOID', amount: 2000, reason: 'surplus', paymentId: payment.id },
    ]);
    expect(await shop.readStock(productId)).toEqual([3, 2]);
  });

  test('of attempt 1 pays the order and cancels live attempt 2, whose approval is then surplus', async () => {
    const { productId, orderId, first, second } = await createSecondAttempt(shop);
    expect(await shop.sendWebhook('AUTHORIZED', first)).toMatchObject({ effect: 'order_paid' });
    expect((await shop.listPayments(orderId)).map(({ status }) => status)).toEqual(['CANCELED', 'AUTHORIZED']);
    expect(await shop.sendWebhook('AUTHORIZED', second)).toMatchObject({ effect: 'surplus' });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'refund_due' });
    expect(await shop.listRefunds(orderId)).toMatchObject([{ paymentId: second.id, reason: 'surplus' }]);
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('of two attempts at once pays with one attempt and refunds the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, orderId, first, second } = await createSecondAttempt(shop);
      const effects = (
        await Promise.all([shop.sendWebhook('AUTHORIZED', first), shop.sendWebhook('AUTHORIZED', second)])
      ).map(({ effect }) => String(effect));
      expect(effects.sort()).toEqual(['order_paid', 'surplus']);
      expect(await shop.listRefunds(orderId)).toHaveLength(1);
      expect(await shop.readStock(productId)).toEqual([8, 0]);
    }
  });

  test('of an expired order takes the stock again and pays the order', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop);
    await shop.expireTestOrder(orderId);
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'EXPIRED' });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await shop.getOrder(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await shop.readStock(productId)).toEqual([8, 0]);
  });

  test('of an expired order without stock is surplus and to be refunded', async () => {
    const { productId, orderId, payment } = await createPendingOrder(shop, 2, 2);
    await shop.expireTestOrder(orderId);
    await shop.createTestOrder({ [productId]: 1 });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await shop.getOrder(orderId)).toMatchObject({ status: 'EXPIRED', needsAttention: 'refund_due' });
    expect(await shop.readStock(productId)).toEqual([2, 1]);
  });
});
