import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, openShop, type Shop } from '../../testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const getOrder = (orderId: string) => shop.commerce.getOrder({ orderId });
const listPayments = (orderId: string) => shop.commerce.listPayments({ orderId });
const listRefunds = async (orderId: string) => (await shop.commerce.listRefunds({ orderId })).items;

async function createPendingOrder(quantity = 2, stock = 10) {
  const productId = await shop.product({ quantity: stock });
  return { productId, ...(await shop.pending({ [productId]: quantity })) };
}

/** Two attempts on one order: the first FAILED, the second live. */
async function createSecondAttempt() {
  const { productId, orderId, payment: first } = await createPendingOrder();
  await shop.tell('FAILED', first);
  const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  return { productId, orderId, first, second };
}

describe('an approval', () => {
  test('pays the order, sells its stock and creates a shipment', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'order_paid',
      duplicate: false,
    });
    expect(await getOrder(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await listPayments(orderId)).toMatchObject([
      { status: 'AUTHORIZED', authorizedAmount: 2000, capturedAmount: 0, surplus: false },
    ]);
    expect(await shop.stock(productId)).toEqual([8, 0]);
    expect(await shop.commerce.listShipments({ orderId })).toMatchObject([
      { status: 'READY', lines: [{ lineNo: 1, quantity: 2 }] },
    ]);
    expect(await shop.types(orderId)).toEqual([
      'order.created',
      'payment.created',
      'payment.authorized',
      'order.paid',
      'shipment.created',
    ]);
  });

  test('of a free order pays the order', async () => {
    const productId = await shop.product({ priceAmount: 0 });
    const { orderId, payment } = await shop.pending({ [productId]: 1 });
    await shop.tell('AUTHORIZED', payment);
    expect((await getOrder(orderId)).status).toBe('PAID');
  });

  test('that arrives under another event id changes nothing', async () => {
    const { productId, payment } = await createPendingOrder();
    await shop.tell('AUTHORIZED', payment);
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_approved',
    });
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });
});

describe('a failure', () => {
  test('releases the reservation, and another attempt can pay the order', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    expect(await shop.tell('FAILED', payment, { failureCode: 'card_declined' })).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_failed',
    });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', reservationStatus: 'RELEASED' });
    expect(await listPayments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'card_declined' }]);
    expect(await shop.stock(productId)).toEqual([10, 0]);
    const second = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    expect(await shop.stock(productId)).toEqual([10, 2]);
    await shop.tell('AUTHORIZED', second);
    expect((await getOrder(orderId)).status).toBe('PAID');
  });

  test('after the approval is ignored and leaves the stock alone', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.tell('AUTHORIZED', payment);
    expect(await shop.tell('FAILED', payment)).toMatchObject({ outcome: 'IGNORED_STALE', effect: 'approved_before' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID' });
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });

  test('of attempt 1 that is repeated after attempt 2 was paid is ignored', async () => {
    const { productId, orderId, first, second } = await createSecondAttempt();
    await shop.tell('AUTHORIZED', second);
    expect(await shop.tell('FAILED', first)).toMatchObject({ outcome: 'IGNORED_STALE', effect: 'already_failed' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });

  test('without a code is stored with the failure code unspecified', async () => {
    const { orderId, payment } = await createPendingOrder();
    await shop.tell('FAILED', payment);
    expect(await listPayments(orderId)).toMatchObject([{ status: 'FAILED', failureCode: 'unspecified' }]);
  });
});

describe('a late approval', () => {
  test('of a failed attempt takes the stock again and pays the order', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.tell('FAILED', payment);
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });

  test('of a failed attempt without stock is surplus, and its refund is requested', async () => {
    const { productId, orderId, payment } = await createPendingOrder(2, 3);
    await shop.tell('FAILED', payment);
    await shop.order({ [productId]: 2 });
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({ outcome: 'APPLIED', effect: 'surplus' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', needsAttention: 'refund_due' });
    expect(await listPayments(orderId)).toMatchObject([{ status: 'AUTHORIZED', surplus: true }]);
    expect(await listRefunds(orderId)).toMatchObject([
      { status: 'REQUESTED', kind: 'VOID', amount: 2000, reason: 'surplus', paymentId: payment.id },
    ]);
    expect(await shop.stock(productId)).toEqual([3, 2]);
  });

  test('of attempt 1 pays the order and cancels live attempt 2, whose approval is then surplus', async () => {
    const { productId, orderId, first, second } = await createSecondAttempt();
    expect(await shop.tell('AUTHORIZED', first)).toMatchObject({ effect: 'order_paid' });
    expect((await listPayments(orderId)).map(({ status }) => status)).toEqual(['CANCELED', 'AUTHORIZED']);
    expect(await shop.tell('AUTHORIZED', second)).toMatchObject({ effect: 'surplus' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'refund_due' });
    expect(await listRefunds(orderId)).toMatchObject([{ paymentId: second.id, reason: 'surplus' }]);
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });

  test('of two attempts at once pays with one attempt and refunds the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { productId, orderId, first, second } = await createSecondAttempt();
      const effects = (await Promise.all([shop.tell('AUTHORIZED', first), shop.tell('AUTHORIZED', second)])).map(
        ({ effect }) => String(effect),
      );
      expect(effects.sort()).toEqual(['order_paid', 'surplus']);
      expect(await listRefunds(orderId)).toHaveLength(1);
      expect(await shop.stock(productId)).toEqual([8, 0]);
    }
  });

  test('of an expired order takes the stock again and pays the order', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.expire(orderId);
    expect(await getOrder(orderId)).toMatchObject({ status: 'EXPIRED' });
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await getOrder(orderId)).toMatchObject({
      status: 'PAID',
      reservationStatus: 'COMMITTED',
      needsAttention: null,
    });
    expect(await shop.stock(productId)).toEqual([8, 0]);
  });

  test('of an expired order without stock is surplus and to be refunded', async () => {
    const { productId, orderId, payment } = await createPendingOrder(2, 2);
    await shop.expire(orderId);
    await shop.order({ [productId]: 1 });
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'EXPIRED', needsAttention: 'refund_due' });
    expect(await shop.stock(productId)).toEqual([2, 1]);
  });

  test('of a canceled order is surplus and to be refunded, although there is stock', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await getOrder(orderId)).toMatchObject({ status: 'CANCELED', needsAttention: 'refund_due' });
    expect(await listRefunds(orderId)).toMatchObject([{ amount: 2000 }]);
    expect(await shop.stock(productId)).toEqual([10, 0]);
  });

  test('after a cancel or an expiry is ignored', async () => {
    const canceled = await createPendingOrder();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    const expired = await createPendingOrder();
    await shop.expire(expired.orderId);
    for (const { payment, productId } of [canceled, expired]) {
      expect(await shop.tell('FAILED', payment)).toMatchObject({ outcome: 'IGNORED_STALE', effect: 'canceled_before' });
      expect(await shop.stock(productId)).toEqual([10, 0]);
    }
  });
});

describe('an approval with another amount or currency', () => {
  test.each([
    ['less', { amount: 1 }],
    ['more', { amount: 2001 }],
    ['another currency', { currency: 'USD' }],
  ])('puts the payment under review (%s)', async (_, message) => {
    const { productId, orderId, payment } = await createPendingOrder();
    expect(await shop.tell('AUTHORIZED', payment, message)).toMatchObject({
      outcome: 'APPLIED',
      effect: 'payment_in_review',
    });
    const order = await getOrder(orderId);
    expect(order).toMatchObject({
      status: 'PAYMENT_PENDING',
      reservationStatus: 'HELD',
      needsAttention: 'amount_mismatch',
    });
    expect(order.reservedUntil.getTime()).toBeGreaterThan(Date.now() + 6 * 24 * 3600 * 1000);
    expect(await listPayments(orderId)).toMatchObject([
      { status: 'REVIEW', authorizedAmount: 0, reportedAmount: 'amount' in message ? message.amount : 2000 },
    ]);
    expect(await shop.stock(productId)).toEqual([10, 2]);
  });

  test('keeps the order and its stock reserved after reservedUntil', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.tell('AUTHORIZED', payment, { amount: 1 });
    await shop.expire(orderId);
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAYMENT_PENDING' });
    expect((await getOrder(orderId)).reservedUntil.getTime()).toBeGreaterThan(Date.now());
    expect(await shop.stock(productId)).toEqual([10, 2]);
  });

  test('blocks a second attempt and a failure, and is refunded as it came after a cancel', async () => {
    const { productId, orderId, payment } = await createPendingOrder();
    await shop.tell('AUTHORIZED', payment, { amount: 700 });
    expect(await codeOf(shop.commerce.createPayment({ orderId, provider: 'mock' }))).toBe('payment_in_progress');
    expect(await shop.tell('FAILED', payment)).toMatchObject({ outcome: 'IGNORED_STALE', effect: 'under_review' });
    await shop.commerce.cancelOrder({ orderId });
    expect(await listRefunds(orderId)).toMatchObject([{ amount: 700, currency: 'KRW', reason: 'amount_mismatch' }]);
    expect(await shop.stock(productId)).toEqual([10, 0]);
  });

  test('of a canceled order is refunded as it came, once', async () => {
    const { orderId, payment } = await createPendingOrder();
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.tell('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({ effect: 'surplus' });
    expect(await shop.tell('AUTHORIZED', payment, { amount: 5, currency: 'USD' })).toMatchObject({
      outcome: 'IGNORED_STALE',
    });
    expect(await listRefunds(orderId)).toMatchObject([{ amount: 5, currency: 'USD' }]);
  });

  test('of a surplus payment or one under review raises another attention', async () => {
    const surplus = await createPendingOrder();
    await shop.commerce.cancelOrder({ orderId: surplus.orderId });
    await shop.tell('AUTHORIZED', surplus.payment, { amount: 7 });
    const inReview = await createPendingOrder();
    await shop.tell('AUTHORIZED', inReview.payment, { amount: 7 });
    await shop.commerce.clearAttention({ orderId: inReview.orderId });
    for (const { orderId, payment } of [surplus, inReview]) {
      expect(await shop.tell('AUTHORIZED', payment)).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'amount_mismatch',
      });
      expect((await getOrder(orderId)).needsAttention).not.toBeNull();
      expect((await shop.types(orderId)).filter((type) => type === 'order.attention_raised').length).toBeGreaterThan(1);
    }
  });

  test('of a paid order raises an attention and changes nothing else', async () => {
    const { orderId, payment } = await createPendingOrder();
    await shop.tell('AUTHORIZED', payment);
    expect(await shop.tell('AUTHORIZED', payment, { amount: 1 })).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'amount_mismatch',
    });
    expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: 'amount_mismatch' });
    expect(await shop.commerce.clearAttention({ orderId })).toMatchObject({ needsAttention: null });
  });
});

describe('a webhook', () => {
  test.each(['AUTHORIZED', 'FAILED'] as const)(
    'and a concurrent cancel (%s) leave a canceled order, released stock and a refund of its money',
    async (type) => {
      for (let round = 0; round < 15; round += 1) {
        const { productId, orderId, payment } = await createPendingOrder();
        await Promise.all([shop.tell(type, payment), codeOf(shop.commerce.cancelOrder({ orderId }))]);
        expect(await getOrder(orderId)).toMatchObject({ status: 'CANCELED' });
        expect(await shop.stock(productId)).toEqual([10, 0]);
        expect(await listRefunds(orderId)).toHaveLength(type === 'AUTHORIZED' ? 1 : 0);
      }
    },
  );

  test('and a concurrent expiry leave a paid order whose stock is sold once', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { productId, orderId, payment } = await createPendingOrder();
      await Promise.all([shop.tell('AUTHORIZED', payment), shop.expire(orderId)]);
      expect(await getOrder(orderId)).toMatchObject({ status: 'PAID', needsAttention: null });
      expect(await shop.stock(productId)).toEqual([8, 0]);
    }
  });
});
