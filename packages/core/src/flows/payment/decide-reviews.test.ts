import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const decideReview = ({ payment }: Attempt, decision: 'ACCEPT' | 'REJECT') =>
  shop.commerce.decideReview({ paymentId: payment.id, decision });
const paymentOf = async ({ orderId, payment }: Attempt) =>
  only((await shop.commerce.listPayments({ orderId })).filter(({ id }) => id === payment.id));

/** Creates an order of 2,000 KRW whose payment the gateway approved with another amount or currency. */
async function createPaymentUnderReview(
  type: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
  message: { amount?: number; currency?: string } = { amount: 700 },
  stock = 10,
) {
  const attempt = await shop.createAttempt(stock);
  expect(await shop.sendWebhook(type, attempt.payment, message)).toMatchObject({ effect: 'payment_in_review' });
  return attempt;
}

describe.each(['AUTHORIZED', 'CAPTURED'] as const)('accepting a payment under review (%s)', (type) => {
  test.each([
    ['less', 700],
    ['more', 2500],
  ])('pays the order with %s than the requested amount', async (_, amount) => {
    const attempt = await createPaymentUnderReview(type, { amount });
    expect(await decideReview(attempt, 'ACCEPT')).toMatchObject({ status: type, amount });
    expect(await shop.readState(attempt)).toEqual({
      payment: type,
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
    expect(await paymentOf(attempt)).toMatchObject({
      authorizedAmount: amount,
      capturedAmount: type === 'CAPTURED' ? amount : 0,
    });
    expect(await shop.sendWebhook(type, attempt.payment, { amount })).toMatchObject({ effect: 'already_approved' });
    if (type === 'AUTHORIZED') await shop.sendWebhook('CAPTURED', attempt.payment, { amount });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: amount + 1 }))).toBe(
      'refund_exceeds_balance',
    );
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount }))).toBe('accepted');
  });
});

test('a payment that is captured during its review is CAPTURED once accepted', async () => {
  const attempt = await createPaymentUnderReview('AUTHORIZED');
  expect(await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 })).toMatchObject({
    effect: 'under_review',
  });
  expect(await decideReview(attempt, 'ACCEPT')).toMatchObject({ status: 'CAPTURED', capturedAmount: 700 });
});

test('an accepted payment is refunded like any other payment when its order is canceled', async () => {
  for (const type of ['AUTHORIZED', 'CAPTURED'] as const) {
    const attempt = await createPaymentUnderReview(type, { amount: 1500 });
    await decideReview(attempt, 'ACCEPT');
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.callGatewaysNow();
    const [payment, kind] = type === 'AUTHORIZED' ? ['CANCELED', 'VOID'] : ['CAPTURED', 'REFUND'];
    expect(await shop.readState(attempt)).toEqual({
      payment,
      order: 'CANCELED',
      stock: '10 0',
      refunds: [`${kind} 1500 SUCCEEDED order_canceled`],
      attention: null,
    });
  }
});

test('a payment in another currency can be rejected but not accepted', async () => {
  const attempt = await createPaymentUnderReview('CAPTURED', { currency: 'USD' });
  expect(await errorCodeOf(decideReview(attempt, 'ACCEPT'))).toBe('currency_mismatch');
  expect((await shop.readState(attempt)).payment).toBe('REVIEW');
  await decideReview(attempt, 'REJECT');
  expect((await shop.commerce.listRefunds({ orderId: attempt.orderId })).items).toMatchObject([
    { amount: 2000, currency: 'USD', status: 'REQUESTED' },
  ]);
});

describe('rejecting a payment under review', () => {
  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'refunds the payment (%s) and releases the stock, and the order can be paid again',
    async (type) => {
      const attempt = await createPaymentUnderReview(type);
      const kind = type === 'CAPTURED' ? 'REFUND' : 'VOID';
      await decideReview(attempt, 'REJECT');
      expect(await shop.readState(attempt)).toEqual({
        payment: `${type} surplus`,
        order: 'PAYMENT_FAILED',
        stock: '10 0',
        refunds: [`${kind} 700 REQUESTED amount_mismatch`],
        attention: 'refund_due',
      });
      const second = await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
      await shop.callGatewaysNow();
      await shop.sendWebhook('CAPTURED', second);
      expect(await shop.readState({ ...attempt, payment: second })).toEqual({
        payment: 'CAPTURED',
        order: 'PAID',
        stock: '8 0',
        refunds: [`${kind} 700 SUCCEEDED amount_mismatch`],
        attention: null,
      });
    },
  );

  test('shortens the reservation to at most 30 minutes', async () => {
    const attempt = await createPaymentUnderReview();
    const remainingReservationMs = async () =>
      (await shop.commerce.getOrder({ orderId: attempt.orderId })).reservedUntil.getTime() - Date.now();
    expect(await remainingReservationMs()).toBeGreaterThan(24 * 60 * 60_000);
    await decideReview(attempt, 'REJECT');
    expect(await remainingReservationMs()).toBeLessThanOrEqual(30 * 60_000);
  });

  test('is final: a repeated event changes nothing, and another amount raises an attention', async () => {
    const attempt = await createPaymentUnderReview();
    await decideReview(attempt, 'REJECT');
    await shop.callGatewaysNow();
    expect(await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 })).toMatchObject({
      effect: 'already_approved',
    });
    expect(await shop.sendWebhook('FAILED', attempt.payment)).toMatchObject({ effect: 'approved_before' });
    expect(await shop.sendWebhook('CAPTURED', attempt.payment)).toMatchObject({ effect: 'amount_mismatch' });
    expect(await shop.readState(attempt)).toMatchObject({
      order: 'PAYMENT_FAILED',
      refunds: ['REFUND 700 SUCCEEDED amount_mismatch'],
      attention: 'amount_mismatch',
    });
  });
});

describe('an order under review', () => {
  test('outlives its reservation, and its payment can be decided afterwards', async () => {
    const attempt = await createPaymentUnderReview();
    for (let times = 0; times < 3; times += 1) {
      await shop.expireTestOrder(attempt.orderId);
      await shop.callGatewaysNow();
    }
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'REVIEW', order: 'PAYMENT_PENDING', stock: '10 2' });
    await decideReview(attempt, 'ACCEPT');
    expect(await shop.readState(attempt)).toMatchObject({ order: 'PAID', stock: '8 0' });
  });

  test('whose attempt had failed is accepted only when its stock is sellable', async () => {
    const attempt = await shop.createAttempt(2);
    await shop.sendWebhook('FAILED', attempt.payment);
    const other = await shop.createTestOrder({ [attempt.productId]: 1 });
    await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 });
    await expect(decideReview(attempt, 'ACCEPT')).rejects.toMatchObject({
      code: 'insufficient_stock',
      details: { products: [{ productId: attempt.productId, requestedQty: 2, sellableQty: 1 }] },
    });
    await shop.commerce.cancelOrder({ orderId: other.id });
    await decideReview(attempt, 'ACCEPT');
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', stock: '0 0' });
  });

  test('is paid by the late approval of another attempt, and the payment under review is refunded', async () => {
    const first = await shop.createAttempt();
    await shop.sendWebhook('FAILED', first.payment);
    const second = await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' });
    await shop.sendWebhook('CAPTURED', second, { amount: 700 });
    await shop.sendWebhook('CAPTURED', first.payment);
    await shop.callGatewaysNow();
    expect(await shop.readState(first)).toMatchObject({
      payment: 'CAPTURED',
      order: 'PAID',
      refunds: ['REFUND 700 SUCCEEDED amount_mismatch'],
    });
    expect(await errorCodeOf(decideReview({ ...first, payment: second }, 'ACCEPT'))).toBe('invalid_transition');
  });

  test('is decided once by two concurrent operators and a concurrent cancel', async () => {
    for (let round = 0; round < 10; round += 1) {
      const attempt = await createPaymentUnderReview();
      const cancel = errorCodeOf(shop.commerce.cancelOrder({ orderId: attempt.orderId }));
      const codes = await Promise.all([
        errorCodeOf(decideReview(attempt, 'ACCEPT')),
        errorCodeOf(decideReview(attempt, 'REJECT')),
        cancel,
      ]);
      expect(codes.slice(0, 2).filter((code) => code === 'accepted').length).toBeLessThanOrEqual(1);
      const { order, stock, refunds } = await shop.readState(attempt);
      expect([order, stock, refunds.length]).toEqual(['CANCELED', '10 0', 1]);
    }
  });
});

test('only a payment under review can be decided', async () => {
  for (const attempt of [await shop.createAttempt(), await shop.createPaidAttempt()]) {
    for (const decision of ['ACCEPT', 'REJECT'] as const)
      expect(await errorCodeOf(decideReview(attempt, decision))).toBe('invalid_transition');
  }
  expect(await errorCodeOf(shop.commerce.decideReview({ paymentId: randomUUID(), decision: 'ACCEPT' }))).toBe(
    'payment_not_found',
  );
});
