import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

describe('money that must go back and that the gateway refuses to send', () => {
  const surplus = async (type: 'AUTHORIZED' | 'CAPTURED') => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendWebhook(type, attempt.payment);
    shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('no', 'no')] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ attention: 'refund_failed' });
    return attempt;
  };

  test('is an alarm for a person, not for the doctor', async () => {
    await surplus('AUTHORIZED');
    await surplus('CAPTURED');
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

  test('has gone back once a person let go of the authorization at the gateway', async () => {
    const attempt = await surplus('AUTHORIZED');
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'payment_voided' });
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED surplus',
      refunds: ['VOID 2000 SUCCEEDED surplus'],
      attention: null,
    });
  });

  /** The void was refused, and an operator has asked for another one. */
  const surplusAgain = async () => {
    const attempt = await surplus('AUTHORIZED');
    const [refused] = (await shop.commerce.listRefunds({ orderId: attempt.orderId })).items;
    await shop.commerce.createRefund({ orderId: attempt.orderId, paymentId: attempt.payment.id });
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 2000, currency: 'KRW', refundId: refused!.id }]],
    });
    return attempt;
  };
  const goneOnce = {
    payment: 'CANCELED surplus',
    refunds: ['VOID 2000 FAILED surplus', 'VOID 2000 SUCCEEDED surplus'],
    attention: null,
  };

  test.each<[string, (attempt: Attempt) => Promise<unknown>]>([
    ['the second by its call', () => shop.callGatewaysNow()],
    ['neither, but that it let go of it', ({ payment }) => shop.sendWebhook('CANCELED', payment)],
    [
      'the first, on being asked',
      async ({ payment }) => {
        shop.scriptReplies(payment.id, { REFUND: [new Error('nothing')] });
        await shop.commerce.pollPayment({ paymentId: payment.id });
        await shop.callGatewaysNow();
      },
    ],
    [
      'both',
      async ({ payment }) => {
        await shop.callGatewaysNow();
        await shop.commerce.pollPayment({ paymentId: payment.id });
        await shop.callGatewaysNow();
        await shop.sendWebhook('CANCELED', payment);
      },
    ],
  ])('goes back once when an operator asks for it again, and the gateway names %s', async (_, ends) => {
    const attempt = await surplusAgain();
    await ends(attempt);
    expect(await shop.readState(attempt)).toMatchObject(goneOnce);
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject(goneOnce);
  });

  test('has gone back once a person sent it back at the gateway', async () => {
    const attempt = await surplus('CAPTURED');
    expect(await shop.sendDashboardRefund(attempt, 2000, 're_by_hand')).toMatchObject({ effect: 'refund_recorded' });
    expect((await shop.readState(attempt)).attention).toBeNull();
    expect(await shop.readRefundAmounts(attempt)).toEqual({ refunded: 2000, reserved: 0 });
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'is sent once more by an operator who names its payment (%s)',
    async (type) => {
      const attempt = await surplus(type);
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

  test('is sent once more of a canceled order whose authorization is still there', async () => {
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

  test('goes back by itself once it is captured after all', async () => {
    const attempt = await surplus('AUTHORIZED');
    await shop.sendWebhook('CAPTURED', attempt.payment);
    await shop.callGatewaysNow();
    const sentBack = {
      payment: 'CAPTURED surplus',
      refunds: ['VOID 2000 FAILED surplus', 'REFUND 2000 SUCCEEDED surplus'],
    };
    expect(await shop.readState(attempt)).toMatchObject({ ...sentBack, attention: null });
    // Not twice, though the gateway says by now that it had let go of it, too.
    const [, refused] = (await shop.commerce.listRefunds({ orderId: attempt.orderId })).items;
    shop.scriptReplies(attempt.payment.id, {
      POLL: [[{ type: 'REFUNDED', amount: 2000, currency: 'KRW', refundId: refused!.id }]],
    });
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ ...sentBack, attention: 'amount_mismatch' });
  });

  test.each(['refused', 'under way'] as const)(
    'of a rejected review has gone back once a person sent it back at the gateway (%s)',
    async (when) => {
      const attempt = await shop.createAttempt();
      await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 });
      shop.scriptReplies(attempt.payment.id, { REFUND: [new GatewayRefusal('amount_too_large', 'no')] });
      await shop.commerce.decideReview({ paymentId: attempt.payment.id, decision: 'REJECT' });
      if (when === 'refused') await shop.callGatewaysNow();
      expect(await shop.sendDashboardRefund(attempt, 700, 're_by_hand')).toMatchObject({
        outcome: 'APPLIED',
        effect: 'refund_succeeded',
      });
      expect(await shop.sendDashboardRefund(attempt, 700, 're_by_hand')).toMatchObject({
        outcome: 'IGNORED_STALE',
        effect: 'already_refunded',
      });
      await shop.callGatewaysNow();
      expect((await shop.readState(attempt)).refunds).toEqual(['VOID 700 SUCCEEDED amount_mismatch']);
      expect(await shop.commerce.doctor()).toEqual([]);
    },
  );

  test('and a part of which a person sent back at the gateway before the rest went is no other refund', async () => {
    const attempt = await shop.createAttempt();
    await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 2500 });
    expect(await shop.sendDashboardRefund(attempt, 2300, 're_part')).toMatchObject({ outcome: 'UNMATCHED' });
    await shop.commerce.decideReview({ paymentId: attempt.payment.id, decision: 'REJECT' });
    await shop.callGatewaysNow();
    await shop.retryGatewayEventsNow();
    const { items } = await shop.commerce.listGatewayEvents({ paymentId: attempt.payment.id });
    expect(items.find(({ gatewayObjectId }) => gatewayObjectId === 're_part')).toMatchObject({
      outcome: 'IGNORED_STALE',
      effect: 'already_refunded',
    });
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED surplus',
      refunds: ['VOID 2500 SUCCEEDED amount_mismatch'],
      attention: null,
    });
  });
});
