import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { openScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
import { approvalFacts, timeout } from './finish-call.testing.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await openScriptedShop();
});
afterAll(() => shop.close());

describe('the cancel call of an attempt', () => {
  test('is sent once when its order is canceled or paid by another attempt, and changes nothing', async () => {
    const canceled = await shop.attempt();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    const first = await shop.attempt();
    await shop.tell('FAILED', first.payment);
    const second = await shop.commerce.createPayment({ orderId: first.orderId, provider: 'mock' });
    await shop.tell('AUTHORIZED', first.payment);
    await shop.call();
    await shop.call();
    expect(shop.asked(canceled.payment.id)).toEqual([{ kind: 'CANCEL', paymentId: canceled.payment.id }]);
    expect(shop.asked(second.id)).toEqual([{ kind: 'CANCEL', paymentId: second.id }]);
    expect(await shop.state({ ...first, payment: second })).toMatchObject({
      payment: 'CANCELED',
      order: 'PAID',
      stock: '8 0',
      attention: null,
    });
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)(
    'that finds the attempt of a canceled order approved (%s) refunds its money as surplus',
    async (type) => {
      const attempt = await shop.attempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      shop.script(attempt.payment.id, { CANCEL: [approvalFacts(type)] });
      await shop.call();
      const kind = type === 'AUTHORIZED' ? 'VOID' : 'REFUND';
      expect(await shop.state(attempt)).toMatchObject({
        payment: `${type} surplus`,
        refunds: [`${kind} 2000 REQUESTED surplus`],
        attention: 'refund_due',
      });
      await shop.call();
      expect(await shop.state(attempt)).toMatchObject({
        order: 'CANCELED',
        stock: '10 0',
        refunds: [`${kind} 2000 SUCCEEDED surplus`],
        attention: null,
      });
    },
  );

  test('is not sent when another amount arrived before, and that amount is refunded', async () => {
    const attempt = await shop.attempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.tell('CAPTURED', attempt.payment, { amount: 700 });
    await shop.call();
    expect(shop.asked(attempt.payment.id).map(({ kind, amount }) => `${kind} ${amount}`)).toEqual(['REFUND 700']);
    expect(await shop.state(attempt)).toMatchObject({
      payment: 'CANCELED surplus',
      refunds: ['VOID 700 SUCCEEDED amount_mismatch'],
      attention: null,
    });
  });

  test('that finds the attempt of an expired order approved pays the order while stock is left', async () => {
    const attempt = await shop.attempt();
    await expireAfterPoll(attempt);
    shop.script(attempt.payment.id, { CANCEL: [approvalFacts('CAPTURED')] });
    await shop.call();
    expect(await shop.state(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  });

  test('that the gateway refuses has the payment polled', async () => {
    const attempt = await shop.attempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    shop.script(attempt.payment.id, {
      CANCEL: [new GatewayRefusal('payment_intent_unexpected_state', 'no')],
      POLL: [approvalFacts('CAPTURED')],
    });
    await shop.call();
    await shop.call();
    expect(await shop.state(attempt)).toMatchObject({
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 2000 REQUESTED surplus'],
    });
  });
});

async function expireAfterPoll({ orderId }: Attempt): Promise<void> {
  await shop.expire(orderId);
  await shop.call();
  await shop.expire(orderId);
}

describe('a poll', () => {
  const moveToPast = ({ payment }: Attempt, minutes: number) =>
    shop.database.pool.query(
      `update commerce.payments set created_at = created_at - $2 * interval '1 minute', asked_at = asked_at - $2 * interval '1 minute' where id = $1`,
      [payment.id, minutes],
    );

  test('of a payment without events for 10 minutes finds the lost webhook', async () => {
    const [lost, recent] = [await shop.attempt(), await shop.attempt()];
    await moveToPast(lost, 10);
    shop.script(lost.payment.id, { POLL: [approvalFacts('CAPTURED')] });
    await shop.commerce.pollStalePayments();
    await shop.call();
    expect(await shop.state(lost)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', stock: '8 0' });
    expect(shop.asked(recent.payment.id)).toEqual([]);
  });

  test('of a refund that was submitted 10 minutes ago finds its result', async () => {
    const attempt = await shop.paid('CAPTURED');
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId });
    const fact = { refundId, gatewayObjectId: 're_slow', amount: 2000, currency: 'KRW' };
    shop.script(attempt.payment.id, {
      REFUND: [[{ type: 'REFUND_PENDING', ...fact }]],
      POLL: [[...approvalFacts('CAPTURED'), { type: 'REFUNDED', ...fact }]],
    });
    await shop.call();
    await shop.database.pool.query(
      `update commerce.refunds set updated_at = now() - interval '10 minutes' where id = $1`,
      [refundId],
    );
    await shop.commerce.pollStalePayments();
    await shop.call();
    expect(await shop.state(attempt)).toMatchObject({
      payment: 'CAPTURED',
      refunds: ['REFUND 2000 SUCCEEDED requested'],
    });
  });

  test('without a response is retried at growing intervals, however old the payment is', async () => {
    const attempt = await shop.attempt();
    await moveToPast(attempt, 10);
    shop.script(attempt.payment.id, { POLL: [timeout] });
    await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    const handled = await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    expect([handled, shop.asked(attempt.payment.id).length]).toEqual([0, 1]);
  });
});
