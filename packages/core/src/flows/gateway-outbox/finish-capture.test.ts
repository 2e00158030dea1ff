import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { only, present } from '../../testing/only.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import {
  createScriptedShop,
  type Attempt,
  type ScriptedReply,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';
import { approvalFacts, timeout } from './finish-call.testing.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const paymentOf = async ({ orderId, payment }: Attempt) =>
  only((await shop.commerce.listPayments({ orderId })).filter(({ id }) => id === payment.id));

const callsOf = async ({ orderId }: Attempt) =>
  (await shop.commerce.listGatewayCalls({ orderId })).items
    .toReversed()
    .map(({ kind, status, failureCode }) => `${kind} ${status}${failureCode ? ` ${failureCode}` : ''}`);

/** Returns a reply that runs `act` during the call and responds with `result`. */
const replyAfter =
  (act: () => Promise<unknown>, result: Exclude<ScriptedReply, Function>): ScriptedReply =>
  async () => {
    await act();
    if (result instanceof Error) throw result;
    return result;
  };

describe('a capture', () => {
  const createDueCapture = async (amount?: number) => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.capturePayment({ paymentId: attempt.payment.id, amount });
    return attempt;
  };

  test.each([
    [undefined, 2000],
    [700, 700],
  ])('with the amount %s captures %i once, by the response of the gateway alone', async (amount, capturedAmount) => {
    const attempt = await createDueCapture(amount);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'AUTHORIZED', capturedAmount: 0 });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id)).toEqual([
      { kind: 'CAPTURE', paymentId: attempt.payment.id, amount: capturedAmount },
    ]);
    expect(await paymentOf(attempt)).toMatchObject({
      status: 'CAPTURED',
      authorizedAmount: 2000,
      capturedAmount,
    });
    expect(
      await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: capturedAmount + 1 })),
    ).toBe('refund_exceeds_balance');
    expect(await errorCodeOf(shop.commerce.createRefund({ orderId: attempt.orderId, amount: capturedAmount }))).toBe(
      'accepted',
    );
  });

  test('is rejected above the authorized amount, while another is due, and without an authorization', async () => {
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
    expect(await errorCodeOf(commerce.capturePayment({ paymentId: free.payment.id }))).toBe('invalid_transition');
  });

  test('without a response is retried with the same amount', async () => {
    const attempt = await createDueCapture(700);
    shop.scriptReplies(attempt.payment.id, { CAPTURE: [timeout] });
    await shop.callGatewaysNow();
    expect(await paymentOf(attempt)).toMatchObject({ status: 'AUTHORIZED' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id).map(({ amount }) => amount)).toEqual([700, 700]);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 700 });
  });

  test('that the gateway refuses raises an attention, and the payment is polled', async () => {
    const attempt = await createDueCapture();
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
      payment: 'CANCELED',
      order: 'PAID',
      attention: 'authorization_lost',
    });
  });

  test('that succeeds after a refusal clears the attention', async () => {
    const attempt = await createDueCapture();
    shop.scriptReplies(attempt.payment.id, {
      CAPTURE: [new GatewayRefusal('bank_is_down', 'no')],
      POLL: [approvalFacts('AUTHORIZED')],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    await shop.commerce.capturePayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await shop.readState(attempt)).toMatchObject({ payment: 'CAPTURED', order: 'PAID', attention: null });
  });

  test.each([
    ['its facts', approvalFacts('CAPTURED')],
    ['a time-out', timeout],
    ['a refusal', new GatewayRefusal('already_captured', 'no')],
  ])('whose webhook arrives before the response (%s) is made once and its call is done', async (_, result) => {
    const attempt = await createDueCapture();
    shop.scriptReplies(attempt.payment.id, {
      CAPTURE: [replyAfter(() => shop.sendWebhook('CAPTURED', attempt.payment), result)],
    });
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(shop.readRequests(attempt.payment.id, 'CAPTURE')).toHaveLength(1);
    expect(await callsOf(attempt)).toEqual(['CAPTURE DONE']);
    expect(await paymentOf(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 2000 });
    expect(await shop.readState(attempt)).toMatchObject({ attention: null });
  });

  test('is not sent after a cancel of its order, and one in progress is refunded by the void', async () => {
    const [unsent, underWay] = [await createDueCapture(), await createDueCapture(700)];
    await shop.commerce.cancelOrder({ orderId: unsent.orderId });
    const { orderId, payment } = underWay;
    shop.scriptReplies(payment.id, {
      CAPTURE: [replyAfter(() => shop.commerce.cancelOrder({ orderId }), approvalFacts('CAPTURED', 700))],
      // The gateway refunds what was captured.
      REFUND: [
        async ({ refundId }) => [
          {
            type: 'REFUNDED',
            amount: 700,
            currency: 'KRW',
            refundId: present(refundId, 'the refund id'),
            gatewayObjectId: 're_part',
          },
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

test('a capture in progress during a cancel is refunded when the gateway refuses the void', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  const { orderId, payment } = attempt;
  await shop.commerce.capturePayment({ paymentId: payment.id, amount: 700 });
  shop.scriptReplies(payment.id, {
    CAPTURE: [replyAfter(() => shop.commerce.cancelOrder({ orderId }), approvalFacts('CAPTURED', 700))],
    REFUND: [new GatewayRefusal('amount_too_large', 'no')],
  });
  await shop.callGatewaysNow();
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'AUTHORIZED',
    refunds: ['VOID 2000 FAILED order_canceled'],
    attention: 'refund_failed',
  });
  await shop.retryGatewayEventsNow();
  await shop.callGatewaysNow();
  expect(await shop.readState(attempt)).toMatchObject({
    payment: 'CAPTURED',
    order: 'CANCELED',
    refunds: ['VOID 2000 FAILED order_canceled', 'REFUND 700 SUCCEEDED order_canceled'],
  });
});
