import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
import { approvalFacts, timeout } from './finish-call.testing.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

describe('the cancel call of an attempt', () => {
  test('is sent once when its order is canceled or paid by another attempt, and changes nothing', async () => {
    const canceled = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    const first = await shop.createAttempt();
    await shop.sendWebhook('FAILED', first.payment);
    const second = await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' });
    await shop.sendWebhook('AUTHORIZED', first.payment);
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(canceled.payment.id)).toEqual([{ kind: 'CANCEL', paymentId: canceled.payment.id }]);
    expect(shop.readRequests(second.id)).toEqual([{ kind: 'CANCEL', paymentId: second.id }]);
    expect(await shop.readState({ ...first, payment: second })).toMatchObject({
      payment: 'CANCELED',
      order: 'PAID',
      stock: '8 0',
      attention: null,
    });
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'that finds the attempt of a canceled order approved (%s) refunds its money as surplus',
    async (type) => {
      const attempt = await shop.createAttempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      shop.scriptReplies(attempt.payment.id, { CANCEL: [approvalFacts(type)] });
      await shop.callGatewaysNow();
      const kind = type === 'AUTHORIZED' ? 'VOID' : 'REFUND';
      expect(await shop.readState(attempt)).toMatchObject({
        payment: `${type} surplus`,
        refunds: [`${kind} 2000 REQUESTED surplus`],
        attention: 'refund_due',
      });
      await shop.callGatewaysNow();
      expect(await shop.readState(attempt)).toMatchObject({
        order: 'CANCELED',
        stock: '10 0',
        refunds: [`${kind} 2000 SUCCEEDED surplus`],
        attention: null,
      });
    },
  );

  test('is not sent when another amount arrived before, and that amount is refunded', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
      'REFUND 700',
    ]);
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 700 SUCCEEDED amount_mismatch'],
      attention: null,
    });
  });

  test('that finds the attempt of an expired order approved pays the order while stock is left', async () => {
    const attempt = await shop.createAttempt();
    await expireAfterPoll(attempt);
    shop.scriptReplies(attempt.payment.id, { CANCEL: [approvalFacts('CAPTURED')] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  });

  test('that the gateway refuses has the payment polled', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      CANCEL: [new GatewayRefusal('payment_intent_unexpected_state', 'no')],
      POLL: [approvalFacts('CAPTURED')],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 2000 REQUESTED surplus'],
    });
  });
});

async function expireAfterPoll({ orderId }: Attempt): Promise<void> {
  await shop.expireTestOrder(orderId);
  await shop.callGatewaysNow();
  await shop.expireTestOrder(orderId);
}

describe('a poll', () => {
  const moveToPast = ({ payment }: Attempt, minutes: number) =>
    shop.database.pool.query(
      `update commerce.payments set created_at = created_at - $2 * interval '1 minute',
        asked_at = asked_at - $2 * interval '1 minute' where id = $1`,
      [payment.id, minutes],
    );

  test('of a payment without events for 10 minutes finds the lost webhook', async () => {
    const [lost, recent] = [await shop.createAttempt(), await shop.createAttempt()];
    await moveToPast(lost, 10);
    shop.scriptReplies(lost.payment.id, { POLL: [approvalFacts('CAPTURED')] });
    await shop.commerce.pollStalePayments();
    await shop.callGatewaysNow();
    expect(await shop.readState(lost)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', stock: '8 0' });
    expect(shop.readRequests(recent.payment.id)).toEqual([]);
  });

  test('of a refund that was submitted 10 minutes ago finds its result', async () => {
    const attempt = await shop.createPaidAttempt('CAPTURED');
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId });
    const fact = { refundId, gatewayObjectId: 're_slow', amount: 2000, currency: 'KRW' };
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [[{ type: 'REFUND_PENDING', ...fact }]],
      POLL: [[...approvalFacts('CAPTURED'), { type: 'REFUNDED', ...fact }]],
    });
    await shop.callGatewaysNow();
    await shop.database.pool.query(
      `update commerce.refunds set updated_at = now() - interval '10 minutes' where id = $1`,
      [refundId],
    );
    await shop.commerce.pollStalePayments();
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED',
      refunds: ['REFUND 2000 SUCCEEDED requested'],
    });
  });

  test('without a response is retried at growing intervals, however old the payment is', async () => {
    const attempt = await shop.createAttempt();
    await moveToPast(attempt, 10);
    shop.scriptReplies(attempt.payment.id, { POLL: [timeout] });
    await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    const handled = await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    expect([handled, shop.readRequests(attempt.payment.id).length]).toEqual([0, 1]);
  });
});
