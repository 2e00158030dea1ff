import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

// Money that is due is refunded completely, or an attention is raised, for events in any order. After the last test the
// doctor checks all invariants.

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const currency = 'KRW';
const capturedFact = { type: 'CAPTURED' as const, amount: 2000, currency };
const paymentOf = async ({ orderId, payment }: Attempt) =>
  only((await shop.commerce.listPayments({ orderId })).filter(({ id }) => id === payment.id));
const pollAndCall = async ({ payment }: Attempt) => {
  await shop.commerce.pollPayment({ paymentId: payment.id });
  await shop.callGatewaysNow();
};

describe('a partial dashboard refund', () => {
  test('of a canceled order leaves the rest to the refund that has not been sent', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendDashboardRefund(attempt, 300, 're_part');
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'refund_due' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'REFUND').map(({ amount }) => amount)).toEqual([1700]);
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 2000, refundReservedAmount: 0 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  });

  test('that is reported together with surplus money leaves the rest to be refunded', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      CANCEL: [[capturedFact, { type: 'REFUNDED', amount: 300, currency, gatewayObjectId: 're_both' }]],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ surplus: true, refundedAmount: 2000, refundReservedAmount: 0 });
  });

  test('replaces refunds of the shop only if that frees enough balance', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1200 });
    shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('no response')] });
    await shop.callGatewaysNow();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    expect(await shop.sendDashboardRefund(attempt, 1000, 're_more')).toMatchObject({ outcome: 'UNMATCHED' });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 1200 UNKNOWN requested', 'REFUND 800 REQUESTED order_canceled'],
    });
  });

  test('that replaces a refund requested by an operator raises an attention', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 1500 });
    await shop.sendDashboardRefund(attempt, 700, 're_other');
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 1500 FAILED requested', 'REFUND 700 SUCCEEDED gateway'],
      attention: 'refund_failed',
    });
  });
});

describe('a voided payment that was captured all the same and whose refund failed', () => {
  async function createReturnedRefund(): Promise<Attempt> {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.callGatewaysNow();
    const { id: refundId } = only((await shop.commerce.listRefunds({ orderId: attempt.orderId })).items);
    const failed = {
      type: 'REFUND_FAILED' as const,
      amount: 2000,
      currency,
      refundId,
      gatewayObjectId: `re_${refundId}`,
      failureCode: 'expired_card',
    };
    shop.scriptReplies(attempt.payment.id, { POLL: [[capturedFact, failed]] });
    await shop.sendWebhook('REFUND_FAILED', attempt.payment, { refundId, objectId: `re_${refundId}` });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED',
      refunds: ['VOID 2000 FAILED order_canceled'],
      attention: 'refund_failed',
    });
    return attempt;
  }

  test('can be refunded again', async () => {
    const attempt = await createReturnedRefund();
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id })),
    ).toBe('accepted');
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id })),
    ).toBe('refund_exceeds_balance');
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 FAILED order_canceled', 'VOID 2000 SUCCEEDED order_canceled'],
      attention: null,
    });
  });

  test('can be refunded in the dashboard', async () => {
    const attempt = await createReturnedRefund();
    expect(await shop.sendDashboardRefund(attempt, 2000, 're_by_hand')).toMatchObject({
      outcome: 'APPLIED',
      effect: 'refund_succeeded',
    });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 SUCCEEDED order_canceled'],
      attention: null,
    });
  });

  test('is not counted as refunded because of an older CANCELED event', async () => {
    const attempt = await createReturnedRefund();
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'polls_gateway' });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['VOID 2000 FAILED order_canceled'],
      attention: 'refund_failed',
    });
  });
});

describe('a FAILED refund', () => {
  test('that succeeded after all is counted, and an attention warns of a double refund', async () => {
    const attempt = await shop.createPaidAttempt();
    const lines = [{ lineNo: 1, quantity: 2 }];
    const first = await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 500, lines });
    shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('no response')] });
    await shop.callGatewaysNow();
    await shop.sendWebhook('REFUND_FAILED', { ...attempt.payment, amount: 500 }, { refundId: first.id });
    await shop.commerce.createRefund({ orderId: attempt.orderId, amount: 600, lines });
    await shop.callGatewaysNow();
    shop.scriptReplies(attempt.payment.id, {
      POLL: [
        [capturedFact, { type: 'REFUNDED', amount: 500, currency, refundId: first.id, gatewayObjectId: 're_gone' }],
      ],
    });
    await pollAndCall(attempt);
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 1100, refundReservedAmount: 0 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'amount_mismatch' });
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, lines: [{ lineNo: 1, quantity: 1 }] })),
    ).toBe('units_not_refundable');
  });

  test('that had been made in the dashboard is recorded by a poll, without a webhook', async () => {
    const attempt = await shop.createPaidAttempt();
    await shop.commerce.createRefund({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [new GatewayRefusal('already_refunded', 'no')],
      POLL: [[capturedFact, { type: 'REFUNDED', amount: 2000, currency, gatewayObjectId: 're_by_hand_2' }]],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 2000 });
    expect(await shop.readState(attempt)).toMatchObject({
      refunds: ['REFUND 2000 FAILED requested', 'REFUND 2000 SUCCEEDED gateway'],
    });
  });
});

test('a refund that is requested and replaced in one transaction is never sent', async () => {
  const attempt = await shop.createAttempt();
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, {
    CANCEL: [[capturedFact, { type: 'REFUNDED', amount: 2000, currency, gatewayObjectId: 're_at_once' }]],
  });
  await shop.callGatewaysNow();
  expect(await shop.commerce.doctor()).toEqual([]);
  await shop.callGatewaysNow();
  expect(shop.readRequests(attempt.payment.id, 'REFUND')).toEqual([]);
  expect(await paymentOf(attempt)).toMatchObject({ surplus: true, refundedAmount: 2000, refundReservedAmount: 0 });
});

test('a change at the gateway during a poll causes another poll', async () => {
  const attempt = await shop.createPaidAttempt();
  shop.scriptReplies(attempt.payment.id, {
    POLL: [
      async () => {
        expect(await shop.sendWebhook('CHANGED', attempt.payment)).toMatchObject({ effect: 'polls_gateway' });
        return [capturedFact];
      },
      [capturedFact, { type: 'REFUNDED', amount: 700, currency, gatewayObjectId: 're_unheard' }],
    ],
  });
  await pollAndCall(attempt);
  await shop.callGatewaysNow();
  expect(shop.readRequests(attempt.payment.id, 'POLL')).toHaveLength(2);
  expect(await paymentOf(attempt)).toMatchObject({ refundedAmount: 700 });
});

test('a silent gateway raises an attention at call 20 when the process died during call 10', async () => {
  const attempt = await shop.createPaidAttempt();
  await shop.commerce.createRefund({ orderId: attempt.orderId });
  shop.scriptReplies(attempt.payment.id, { REFUND: Array.from({ length: 21 }, () => new Error('no response')) });
  await shop.callGatewaysNow();
  // The process died during the tenth attempt.
  await shop.database.pool.query(`update commerce.gateway_calls set attempts = 10 where payment_id = $1`, [
    attempt.payment.id,
  ]);
  for (let attempts = 11; attempts <= 19; attempts += 1) await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({ attention: 'gateway_silent' });
});
