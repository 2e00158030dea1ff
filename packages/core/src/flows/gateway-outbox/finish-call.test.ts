import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import {
  createScriptedShop,
  type Attempt,
  type ScriptedReply,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const timeout = new Error('nothing within 10000 ms');
const paymentOf = async ({ orderId, payment }: Attempt) =>
  (await shop.commerce.listPayments({ orderId })).find(({ id }) => id === payment.id)!;
const callsOf = async ({ orderId }: Attempt) =>
  (await shop.commerce.listGatewayCalls({ orderId })).items
    .toReversed()
    .map(({ kind, status, failureCode }) => `${kind} ${status}${failureCode ? ` ${failureCode}` : ''}`);
const said = (type: 'AUTHORIZED' | 'CAPTURED', amount = 2000) => [{ type, amount, currency: 'KRW' }];

/** Says something by webhook while the call is under way, and then answers. */
const meanwhile =
  (act: () => Promise<unknown>, then: Exclude<ScriptedReply, Function>): ScriptedReply =>
  async () => {
    await act();
    if (then instanceof Error) throw then;
    return then;
  };

describe('a capture', () => {
  const capturing = async (amount?: number) => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.capturePayment({ paymentId: attempt.payment.id, amount });
    return attempt;
  };

  test.each([
    [undefined, 2000],
    [700, 700],
  ])('of %s takes %i, by the gateway’s word alone, and once', async (asked, taken) => {
    const attempt = await capturing(asked);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'AUTHORIZED', capturedAmount: 0 });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id)).toEqual([
      { kind: 'CAPTURE', paymentId: attempt.payment.id, amount: taken },
    ]);
    expect(await paymentOf(attempt)).toMatchObject({
      status: 'CAPTURED',
      authorizedAmount: 2000,
      capturedAmount: taken,
    });
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: taken + 1 }))).toBe(
      'refund_exceeds_balance',
    );
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: taken }))).toBe('accepted');
  });

  test('is asked for once at a time, of no more than was authorized, and of nothing that isn’t authorized', async () => {
    const { commerce } = shop;
    const {
      payment: { id: paymentId },
    } = await shop.createPaidAttempt('AUTHORIZED');
    expect(await errorCodeOf(commerce.capturePayment({ paymentId, amount: 2001 }))).toBe('capture_exceeds_authorized');
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => errorCodeOf(commerce.capturePayment({ paymentId }))),
    );
    expect(codes.toSorted()).toEqual(['accepted', ...Array.from({ length: 4 }, () => 'capture_in_progress')]);
    await shop.callGatewaysNow();
    expect(await errorCodeOf(commerce.capturePayment({ paymentId }))).toBe('invalid_transition');
    expect(await errorCodeOf(commerce.capturePayment({ paymentId: (await shop.createAttempt()).payment.id }))).toBe(
      'invalid_transition',
    );
    const free = await shop.createPendingOrder({ [await shop.createTestProduct({ priceAmount: 0 })]: 1 });
    await shop.sendWebhook('AUTHORIZED', free.payment);
    expect(await errorCodeOf(commerce.capturePayment({ paymentId: free.payment.id }))).toBe('invalid_transition');
  });

  test('that gets no answer is asked for again, with the same amount', async () => {
    const attempt = await capturing(700);
    shop.scriptReplies(attempt.payment.id, { CAPTURE: [timeout] });
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ status: 'AUTHORIZED' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ amount }) => amount)).toEqual([700, 700]);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 700 });
  });

  test('that the gateway refuses needs a person, and the gateway’s own account is asked for', async () => {
    const attempt = await capturing();
    shop.scriptReplies(attempt.payment.id, {
      CAPTURE: [new GatewayRefusal('charge_expired_for_capture', 'no')],
      POLL: [[{ type: 'CANCELED' }]],
    });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'AUTHORIZED',
      order: 'PAID',
      attention: 'capture_failed',
    });
    await shop.callGatewaysNow();
    expect(await callsOf(attempt)).toEqual(['CAPTURE REFUSED charge_expired_for_capture', 'POLL DONE']);
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'AUTHORIZED',
      order: 'PAID',
      attention: 'authorization_lost',
    });
  });

  test('refused, then done after all, needs nobody any more', async () => {
    const attempt = await capturing();
    shop.scriptReplies(attempt.payment.id, {
      CAPTURE: [new GatewayRefusal('bank_is_down', 'no')],
      POLL: [said('AUTHORIZED')],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    await shop.commerce.capturePayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', attention: null });
  });

  test.each([
    ['its facts', said('CAPTURED')],
    ['a time-out', timeout],
    ['a refusal', new GatewayRefusal('already_captured', 'no')],
  ])('whose webhook comes before the answer (%s) is captured once, and is over', async (_, answer) => {
    const attempt = await capturing();
    shop.scriptReplies(attempt.payment.id, {
      CAPTURE: [meanwhile(() => shop.sendWebhook('CAPTURED', attempt.payment), answer)],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'CAPTURE')).toHaveLength(1);
    expect(await callsOf(attempt)).toEqual(['CAPTURE DONE']);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 2000 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  });

  test('is no longer made once its order is canceled, and one under way goes back with the rest', async () => {
    const [unsent, underWay] = [await capturing(), await capturing(700)];
    await shop.commerce.cancelOrder({ orderId: unsent.orderId });
    const { orderId, payment } = underWay;
    shop.scriptReplies(payment.id, {
      CAPTURE: [meanwhile(() => shop.commerce.cancelOrder({ orderId }), said('CAPTURED', 700))],
      // All that there is to send back by now: what was captured.
      REFUND: [
        async ({ refundId }) => [
          { type: 'REFUNDED', amount: 700, currency: 'KRW', refundId: refundId!, gatewayObjectId: 're_part' },
        ],
      ],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(unsent.payment.id).map(({ kind }) => kind)).toEqual(['REFUND']);
    for (const attempt of [unsent, underWay]) {
      expect(await shop.readState(attempt)).toMatchObject({
        payment: 'CANCELED',
        order: 'CANCELED',
        stock: '10 0',
        refunds: ['VOID 2000 SUCCEEDED order_canceled'],
        attention: null,
      });
    }
  });
});

test('a capture under way when its order is canceled goes back as what was captured, should the gateway refuse to undo it all', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  const { orderId, payment } = attempt;
  await shop.commerce.capturePayment({ paymentId: payment.id, amount: 700 });
  shop.scriptReplies(payment.id, {
    CAPTURE: [meanwhile(() => shop.commerce.cancelOrder({ orderId }), said('CAPTURED', 700))],
    REFUND: [new GatewayRefusal('amount_too_large', 'no')],
  });
  await shop.callGatewaysNow();
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'AUTHORIZED',
    refunds: ['VOID 2000 FAILED order_canceled'],
    attention: 'refund_failed',
  });
  await shop.database.pool.query(
    `update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`,
  );
  await shop.commerce.retryGatewayEvents();
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'CAPTURED',
    order: 'CANCELED',
    refunds: ['VOID 2000 FAILED order_canceled', 'REFUND 700 SUCCEEDED order_canceled'],
  });
});

describe('the end of an attempt at the gateway', () => {
  test('is asked for once when its order is canceled, expired or paid otherwise, and changes nothing here', async () => {
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
    'finds it approved (%s): of a canceled order it is surplus and goes back',
    async (type) => {
      const attempt = await shop.createAttempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      shop.scriptReplies(attempt.payment.id, { CANCEL: [said(type)] });
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

  test('is no longer asked for when another amount came meanwhile: that goes back', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendWebhook('CAPTURED', attempt.payment, { amount: 700 });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ kind, amount }) => `${kind} ${amount}`)).toEqual([
      'REFUND 700',
    ]);
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CANCELED surplus',
      refunds: ['VOID 700 SUCCEEDED amount_mismatch'],
      attention: null,
    });
  });

  test('finds it approved: of an order that expired it pays, while the stock is there', async () => {
    const attempt = await shop.createAttempt();
    await expired(attempt);
    shop.scriptReplies(attempt.payment.id, { CANCEL: [said('CAPTURED')] });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toEqual({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      refunds: [],
      attention: null,
    });
  });

  test('that the gateway refuses has it asked what the payment is', async () => {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    shop.scriptReplies(attempt.payment.id, {
      CANCEL: [new GatewayRefusal('payment_intent_unexpected_state', 'no')],
      POLL: [said('CAPTURED')],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 2000 REQUESTED surplus'],
    });
  });
});

async function expired({ orderId }: Attempt): Promise<void> {
  await shop.expireTestOrder(orderId);
  await shop.callGatewaysNow();
  await shop.expireTestOrder(orderId);
}

describe('a gateway that is asked', () => {
  const quiet = ({ payment }: Attempt, minutes: number) =>
    shop.database.pool.query(
      `update commerce.payments set created_at = created_at - $2 * interval '1 minute', asked_at = asked_at - $2 * interval '1 minute' where id = $1`,
      [payment.id, minutes],
    );

  test('about a payment that was quiet for long tells of the webhook that got lost', async () => {
    const [lost, young] = [await shop.createAttempt(), await shop.createAttempt()];
    await quiet(lost, 10);
    shop.scriptReplies(lost.payment.id, { POLL: [said('CAPTURED')] });
    await shop.commerce.pollStalePayments();
    await shop.callGatewaysNow();
    expect(await shop.readState(lost)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', stock: '8 0' });
    expect(shop.readRequests(young.payment.id)).toEqual([]);
  });

  test('about a refund that it took long ago tells how it ended', async () => {
    const attempt = await shop.createPaidAttempt('CAPTURED');
    const { id: refundId } = await shop.commerce.createRefund({ orderId: attempt.orderId });
    const told = { refundId, gatewayObjectId: 're_slow', amount: 2000, currency: 'KRW' };
    shop.scriptReplies(attempt.payment.id, {
      REFUND: [[{ type: 'REFUND_PENDING', ...told }]],
      POLL: [[...said('CAPTURED'), { type: 'REFUNDED', ...told }]],
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

  test('and doesn’t answer is asked less and less often, however long the payment is quiet', async () => {
    const attempt = await shop.createAttempt();
    await quiet(attempt, 10);
    shop.scriptReplies(attempt.payment.id, { POLL: [timeout] });
    await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    const handled = await shop.commerce.pollStalePayments();
    await shop.commerce.callGateways(1_000);
    expect([handled, shop.readRequests(attempt.payment.id).length]).toEqual([0, 1]);
  });
});
