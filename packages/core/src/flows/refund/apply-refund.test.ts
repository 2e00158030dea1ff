import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const paidFact = { type: 'CAPTURED' as const, amount: 2000, currency: 'KRW' };

describe('a refund that was made in the gateway’s dashboard', () => {
  test('is recorded and counted once, by the webhook and by what the gateway answers when it is asked', async () => {
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
      POLL: [[paidFact, { type: 'REFUNDED', amount: 700, currency: 'KRW', gatewayObjectId: 're_1' }]],
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

  test.each(['attempt', 'paid'] as const)('and told before its capture (%s) waits for it', async (begin) => {
    const attempt = await (begin === 'paid' ? shop.createPaidAttempt('AUTHORIZED') : shop.createAttempt());
    expect(await shop.sendDashboardRefund(attempt, 700, 're_early')).toMatchObject({ outcome: 'UNMATCHED' });
    await shop.sendWebhook('CAPTURED', attempt.payment);
    await shop.retryGatewayEventsNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED',
      order: 'PAID',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 700, reserved: 0 });
  });

  test('and told before its capture has the gateway asked, whose answer brings both, each once', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[paidFact, { type: 'REFUNDED', amount: 700, currency: 'KRW', gatewayObjectId: 're_both' }]],
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

  test('beats a refund of ours that wasn’t sent yet: ours fails and is never sent', async () => {
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

  test('waits for one of ours that was sent, and is counted when the gateway has refused ours', async () => {
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
    ['more than was ever asked for', { amount: 2001 }, {}],
    ['another currency', { currency: 'USD' }, {}],
    ['nothing', { amount: 0 }, {}],
    ['no id of its own', {}, { objectId: undefined }],
  ])('of %s moves nothing, and a person is told', async (_, paid, message) => {
    const attempt = await shop.createPaidAttempt();
    expect(
      await shop.sendWebhook('REFUNDED', { ...attempt.payment, ...paid }, { objectId: 're_odd', ...message }),
    ).toMatchObject({ effect: 'amount_mismatch' });
    expect(await shop.readState(attempt)).toMatchObject({ refunds: [], attention: 'amount_mismatch' });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 0 });
  });

  test('of more than is left is tried for a while, then PARKED, and a person is told', async () => {
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

describe('what a gateway says of a refund of ours', () => {
  async function refunded(amount = 500) {
    const attempt = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId, amount });
    await shop.callGatewaysNow();
    return { attempt, refundId, told: { ...attempt.payment, amount } };
  }

  test('in a webhook that contradicts what we know is asked for at the gateway, and its answer counts', async () => {
    const { attempt, refundId, told } = await refunded();
    const failed = { type: 'REFUND_FAILED' as const, refundId, failureCode: 'account_closed' };
    shop.scriptReplies(attempt.payment.id, {
      POLL: [
        [paidFact, failed],
        [paidFact, { ...failed, type: 'REFUNDED', amount: 500, currency: 'KRW', failureCode: null }],
      ],
    });
    expect(await shop.sendWebhook('REFUND_FAILED', told, { refundId })).toMatchObject({ effect: 'polls_gateway' });
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    await shop.callGatewaysNow();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 0 });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 FAILED requested'],
      attention: 'refund_failed',
    });
    expect(await shop.sendWebhook('REFUNDED', told, { refundId, objectId: `re_${refundId}` })).toMatchObject({
      effect: 'polls_gateway',
    });
    await shop.callGatewaysNow();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 500, reserved: 0 });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested'],
      attention: null,
    });
  });

  test('with another amount or currency moves nothing, and a person is told', async () => {
    const attempt = await shop.createPaidAttempt();
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500 });
    for (const odd of [{ amount: 499 }, { amount: 501 }, { amount: 500, currency: 'USD' }]) {
      expect(await shop.sendWebhook('REFUNDED', { ...attempt.payment, ...odd }, { refundId })).toMatchObject({
        effect: 'amount_mismatch',
      });
    }
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 0, reserved: 500 });
    expect((await shop.readState(attempt)).attention).toBe('amount_mismatch');
  });

  test('of one of two that failed leaves the other one’s failure to a person', async () => {
    const attempt = await shop.createPaidAttempt();
    const refunds = [
      await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500 }),
      await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 600 }),
    ];
    for (const { id, amount } of refunds)
      await shop.sendWebhook('REFUND_FAILED', { ...attempt.payment, amount }, { refundId: id });
    const [first] = refunds;
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 500, currency: 'KRW', refundId: first!.id, gatewayObjectId: 're_late' }]],
    });
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 500 SUCCEEDED requested', 'REFUND 600 FAILED requested'],
      attention: 'refund_failed',
    });
  });
});
