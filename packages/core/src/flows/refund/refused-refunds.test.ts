import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

describe('a refused refund', () => {
  const createRefusedSurplus = async (type: 'AUTHORIZED' | 'CAPTURED') => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendWebhook(type, attempt.payment);
    shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'refund_failed' });
    return attempt;
  };

  test('raises an attention and breaks no invariant', async () => {
    await createRefusedSurplus('AUTHORIZED');
    await createRefusedSurplus('CAPTURED');
    const canceled = await shop.createPaidAttempt();
    shop.scriptReplies(canceled.payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    await shop.callGatewaysNow();
    expect(await shop.readState(canceled)).toMatchObject({
      refunds: ['REFUND 2000 FAILED order_canceled'],
      attention: 'refund_failed',
    });
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('succeeds when an operator voids the authorization at the gateway', async () => {
    const attempt = await createRefusedSurplus('AUTHORIZED');
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'payment_voided' });
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED surplus',
      refunds: ['VOID 2000 SUCCEEDED surplus'],
      attention: null,
    });
  });

  /** Creates a payment whose void was refused and requested again. A poll reports success of the first void. */
  const createRepeatedVoid = async () => {
    const attempt = await createRefusedSurplus('AUTHORIZED');
    const refused = only((await shop.commerce.listRefunds({ orderId: attempt.orderId })).items);
    await shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id });
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 2000, currency: 'KRW', refundId: refused.id }]],
    });
    return attempt;
  };
  const refundedOnce = {
    payment: 'CANCELED surplus',
    refunds: ['VOID 2000 FAILED surplus', 'VOID 2000 SUCCEEDED surplus'],
    attention: null,
  };

  test.each<[string, (attempt: Attempt) => Promise<unknown>]>([
    ['the second refund in its response', () => shop.callGatewaysNow()],
    ['only that the payment is canceled', ({ payment }) => shop.sendWebhook('CANCELED', payment)],
    [
      'the first refund in a poll',
      async ({ payment }) => {
        shop.scriptReplies(payment.id, { REFUND: [new Error('nothing')] });
        await shop.commerce.pollPayment({ paymentId: payment.id });
        await shop.callGatewaysNow();
      },
    ],
    [
      'both refunds',
      async ({ payment }) => {
        await shop.callGatewaysNow();
        await shop.commerce.pollPayment({ paymentId: payment.id });
        await shop.callGatewaysNow();
        await shop.sendWebhook('CANCELED', payment);
      },
    ],
  ])('succeeds once after a second request when the gateway reports %s', async (_, ends) => {
    const attempt = await createRepeatedVoid();
    await ends(attempt);
    expect(await shop.readState(attempt)).toMatchObject(refundedOnce);
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject(refundedOnce);
  });

  test('needs no attention after an operator makes it in the dashboard', async () => {
    const attempt = await createRefusedSurplus('CAPTURED');
    expect(await shop.sendDashboardRefund(attempt, 2000, 're_by_hand')).toMatchObject({ effect: 'refund_recorded' });
    expect((await shop.readState(attempt)).attention).toBeNull();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'is sent again when an operator names its payment (%s)',
    async (type) => {
      const attempt = await createRefusedSurplus(type);
      const again = { orderId: attempt.orderId, paymentId: attempt.payment.id };
      expect(await errorCodeOf(shop.commerce.createRefund({ ...again, lines: [{ lineNo: 1, quantity: 1 }] }))).toBe(
        'refund_exceeds_balance',
      );
      expect(await shop.commerce.createRefund(again)).toMatchObject({
        paymentId: attempt.payment.id,
        amount: 2000,
        status: 'REQUESTED',
      });
      expect(await errorCodeOf(shop.commerce.createRefund(again))).toBe('refund_exceeds_balance');
      await shop.callGatewaysNow();
      expect((await shop.readState(attempt)).refunds.map((refund) => refund.split(' ', 3).join(' '))).toEqual(
        type === 'AUTHORIZED'
          ? ['VOID 2000 FAILED', 'VOID 2000 SUCCEEDED']
          : ['REFUND 2000 FAILED', 'REFUND 2000 SUCCEEDED'],
      );
      expect(await errorCodeOf(shop.commerce.createRefund(again))).toBe('refund_exceeds_balance');
      expect(await errorCodeOf(shop.commerce.createRefund({ ...again, paymentId: attempt.orderId }))).toBe(
        'payment_not_found',
      );
      expect(await shop.commerce.doctor()).toEqual([]);
    },
  );

  test('is sent again for a canceled order whose authorization still exists', async () => {
    const canceled = await shop.createPaidAttempt('AUTHORIZED');
    shop.scriptReplies(canceled.payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    await shop.callGatewaysNow();
    await shop.commerce.createRefund({ orderId: canceled.orderId });
    await shop.callGatewaysNow();
    expect(await shop.readState(canceled)).toMatchObject({
      payment: 'CANCELED',
      refunds: ['VOID 2000 FAILED order_canceled', 'VOID 2000 SUCCEEDED order_canceled'],
    });
  });

  test('is replaced by another refund when the payment is captured after all', async () => {
    const attempt = await createRefusedSurplus('AUTHORIZED');
    await shop.sendWebhook('CAPTURED', attempt.payment);
    await shop.callGatewaysNow();
    const refunded = {
      payment: 'CAPTURED surplus',
      refunds: ['VOID 2000 FAILED surplus', 'REFUND 2000 SUCCEEDED surplus'],
    };
    expect(await shop.readState(attempt)).toMatchObject({ ...refunded, attention: null });
    // A poll reports that the void succeeded too. The shop records no second refund.
    const { items } = await shop.commerce.listRefunds({ orderId: attempt.orderId });
    const refused = only(items.filter(({ status }) => status === 'FAILED'));
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 2000, currency: 'KRW', refundId: refused.id }]],
    });
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ ...refunded, attention: 'amount_mismatch' });
  });

  test.each(['refused', 'under way'] as const)(
    'of a rejected review succeeds when an operator makes it in the dashboard (%s)',
    async (when) => {
      const attempt = await shop.createAttempt();
      await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 });
      shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('amount_too_large', 'no')] });
      await shop.commerce.decideReview({ paymentId: attempt.payment.id, decision: 'REJECT' });
      if (when === 'refused') await shop.callGatewaysNow();
      expect(await shop.sendDashboardRefund(attempt, 700, 're_by_hand')).toMatchObject({
        outcome: 'APPLIED',
        effect: 'refund_recorded',
      });
      expect(await shop.sendDashboardRefund(attempt, 700, 're_by_hand')).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'already_refunded',
      });
      await shop.callGatewaysNow();
      expect((await shop.readState(attempt)).refunds).toEqual([
        'REFUND 700 FAILED amount_mismatch',
        'REFUND 700 SUCCEEDED gateway',
      ]);
      expect(await shop.commerce.doctor()).toEqual([]);
    },
  );
});

test('the refund of a rejected review leaves out a part that was refunded in the dashboard before', async () => {
  const attempt = await shop.createAttempt();
  await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 2500 });
  expect(await shop.sendDashboardRefund(attempt, 2300, 're_part')).toMatchObject({ outcome: 'UNMATCHED' });
  await shop.commerce.decideReview({ paymentId: attempt.payment.id, decision: 'REJECT' });
  await shop.retryGatewayEventsNow();
  await shop.callGatewaysNow();
  const { items } = await shop.commerce.listGatewayEvents({ paymentId: attempt.payment.id });
  expect(items.find(({ gatewayObjectId }) => gatewayObjectId === 're_part')).toMatchObject({
    outcome: 'APPLIED',
    effect: 'refund_recorded',
  });
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'CAPTURED surplus',
    refunds: ['REFUND 2500 FAILED amount_mismatch', 'REFUND 2300 SUCCEEDED gateway', 'REFUND 200 SUCCEEDED surplus'],
    attention: null,
  });
});
