import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const capturedFact = { type: 'CAPTURED' as const, amount: 2000, currency: 'KRW' };

describe('a dashboard refund', () => {
  test('is recorded once, by its webhook and by a poll', async () => {
    const attempt = await shop.createPaidAttempt();
    expect(await shop.sendDashboardRefund(attempt, 700, 're_1')).toMatchObject({
      outcome: 'APPLIED',
      effect: 'refund_recorded',
    });
    expect(await shop.sendDashboardRefund(attempt, 700, 're_1')).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_refunded',
    });
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[capturedFact, { type: 'REFUNDED', amount: 700, currency: 'KRW', gatewayObjectId: 're_1' }]],
    });
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 700 SUCCEEDED gateway'],
      attention: 'refunded_at_gateway',
    });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1301 }))).toBe(
      'refund_exceeds_balance',
    );
  });

  test.each(['creation', 'authorization'] as const)(
    'that is reported between %s and capture is applied after the capture',
    async (reportedAfter) => {
      const attempt = await (reportedAfter === 'authorization'
        ? shop.createPaidAttempt('AUTHORIZED')
        : shop.createAttempt());
      expect(await shop.sendDashboardRefund(attempt, 700, 're_early')).toMatchObject({ outcome: 'UNMATCHED' });
      await shop.sendWebhook('CAPTURED', attempt.payment);
      await shop.retryGatewayEventsNow();
      expect(await shop.readState(attempt)).toMatchObject({
        payment: 'CAPTURED',
        order: 'PAID',
        refunds: ['REFUND 700 SUCCEEDED gateway'],
      });
      expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
    },
  );

  test('that is reported before the capture has the payment polled, and both are applied once', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[capturedFact, { type: 'REFUNDED', amount: 700, currency: 'KRW', gatewayObjectId: 're_both' }]],
    });
    await shop.sendDashboardRefund(attempt, 700, 're_both');
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    await shop.retryGatewayEventsNow();
    await shop.sendWebhook('CAPTURED', attempt.payment);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
  });

  test('fails an unsent refund of the shop, which is then never sent', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1500 });
    await shop.sendDashboardRefund(attempt, 700, 're_first');
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'REFUND')).toEqual([]);
    expect((await shop.readState(attempt)).refunds).toEqual([
      'REFUND 1500 FAILED requested',
      'REFUND 700 SUCCEEDED gateway',
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
  });

  test('waits for a sent refund of the shop, and is recorded after the gateway refused that one', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1500 });
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [new Error('nothing'), new GatewayRefusal('amount_too_large', 'no')],
    });
    await shop.callGatewaysNow();
    expect(await shop.sendDashboardRefund(attempt, 700, 're_crossing')).toMatchObject({ outcome: 'UNMATCHED' });
    await shop.callGatewaysNow();
    await shop.retryGatewayEventsNow();
    expect((await shop.readState(attempt)).refunds).toEqual([
      'REFUND 1500 FAILED requested',
      'REFUND 700 SUCCEEDED gateway',
    ]);
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
  });

  test.each([
    ['more than the captured amount', { amount: 2001 }, {}],
    ['another currency', { currency: 'USD' }, {}],
    ['an amount of 0', { amount: 0 }, {}],
    ['no id of the gateway', {}, { objectId: undefined }],
  ])('with %s changes no balance and raises an attention', async (_, paid, message) => {
    const attempt = await shop.createPaidAttempt();
    expect(
      await shop.sendWebhook('REFUNDED', { ...attempt.payment, ...paid }, { objectId: 're_odd', ...message }),
    ).toMatchObject({ effect: 'amount_mismatch' });
    expect(await shop.readState(attempt)).toMatchObject({ refunds: [], attention: 'amount_mismatch' });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 0 });
  });

  test('above the balance is retried, then PARKED, and raises an attention', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.sendDashboardRefund(attempt, 1500, 're_a');
    await shop.commerce.clearAttention({ orderId: attempt.orderId });
    expect(await shop.sendDashboardRefund(attempt, 1000, 're_b')).toMatchObject({ outcome: 'UNMATCHED' });
    for (let tries = 2; tries <= 8; tries += 1) await shop.retryGatewayEventsNow();
    expect(
      (await shop.commerce.listGatewayEvents({ paymentId: attempt.payment.id, outcome: 'PARKED' })).items,
    ).toHaveLength(1);
    expect((await shop.readState(attempt)).attention).toBe('amount_mismatch');
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 1500, reserved: 0 });
  });
});

/** What the sales say to have gone back today. */
async function refundedToday(): Promise<number> {
  await shop.commerce.numberEvents();
  while ((await shop.commerce.updateReports()) > 0);
  const today = new Date().toISOString().slice(0, 10);
  const { items } = await shop.commerce.dailySales({ from: today, to: today, currency: 'KRW' });
  return items[0]?.refundAmount ?? 0;
}

describe('a gateway event for a refund of the shop', () => {
  async function createSentRefund(amount = 500) {
    const attempt = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId, amount });
    await shop.callGatewaysNow();
    return { attempt, refundId, refundedPayment: { ...attempt.payment, amount } };
  }

  test('that contradicts its status has the payment polled, and the response is applied', async () => {
    const { attempt, refundId, refundedPayment } = await createSentRefund();
    const failed = { type: 'REFUND_FAILED' as const, refundId, failureCode: 'account_closed' };
    shop.scriptReplies(attempt.payment.id, {
      POLL: [
        [capturedFact, failed],
        [capturedFact, { ...failed, type: 'REFUNDED', amount: 500, currency: 'KRW', failureCode: null }],
      ],
    });
    expect(await shop.sendWebhook('REFUND_FAILED', refundedPayment, { refundId })).toMatchObject({
      effect: 'polls_gateway',
    });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    const refunded = await refundedToday();
    await shop.callGatewaysNow();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 0 });
    expect(await refundedToday()).toBe(refunded - 500);
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 FAILED requested'],
      attention: 'refund_failed',
    });
    expect(await shop.sendWebhook('REFUNDED', refundedPayment, { refundId, objectId: `re_${refundId}` })).toMatchObject(
      {
        effect: 'polls_gateway',
      },
    );
    await shop.callGatewaysNow();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested'],
      attention: null,
    });
  });

  test('with another amount or currency changes no balance and raises an attention', async () => {
    const attempt = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500 });
    for (const difference of [{ amount: 499 }, { amount: 501 }, { amount: 500, currency: 'USD' }]) {
      expect(await shop.sendWebhook('REFUNDED', { ...attempt.payment, ...difference }, { refundId })).toMatchObject({
        effect: 'amount_mismatch',
      });
    }
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 500 });
    expect((await shop.readState(attempt)).attention).toBe('amount_mismatch');
  });

  test('that ends one of two failed refunds keeps the attention of the other', async () => {
    const attempt = await shop.createPaidAttempt();
    const first = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500 });
    const second = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 600 });
    for (const { id, amount } of [first, second])
      await shop.sendWebhook('REFUND_FAILED', { ...attempt.payment, amount }, { refundId: id });
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 500, currency: 'KRW', refundId: first.id, gatewayObjectId: 're_late' }]],
    });
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested', 'REFUND 600 FAILED requested'],
      attention: 'refund_failed',
    });
  });
});
