import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

const canceled = { type: 'CANCELED' as const, failureCode: 'abandoned' };
const stateOf = async (attempt: Attempt) => {
  const { payment, order, attention } = await shop.readState(attempt);
  return [payment, order, attention];
};
const lost = ['CANCELED', 'PAID', 'authorization_lost'];

async function captureWithReply(attempt: Attempt, reply: object[]): Promise<void> {
  await shop.commerce.capturePayment({ paymentId: attempt.payment.id });
  shop.scriptReplies(attempt.payment.id, { CAPTURE: [reply] });
  await shop.callGatewaysNow();
}

test('a capture of an authorization that the gateway has canceled is REFUSED; the payment is CANCELED', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  await captureWithReply(attempt, [canceled]);
  expect(await stateOf(attempt)).toEqual(lost);
  const { items } = await shop.commerce.listGatewayCalls({ orderId: attempt.orderId });
  expect(items).toMatchObject([{ kind: 'CAPTURE', status: 'REFUSED', failureCode: 'authorization_lost' }]);
  expect(await errorCodeOf(shop.commerce.capturePayment({ paymentId: attempt.payment.id }))).toBe('invalid_transition');
});

test('an attention that an operator has cleared is raised by the same answer, and when a parcel leaves', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  const { orderId, payment } = attempt;
  await captureWithReply(attempt, [canceled]);
  for (let times = 0; times < 3; times += 1) {
    await shop.commerce.clearAttention({ orderId });
    await shop.commerce.pollPayment({ paymentId: payment.id });
    shop.scriptReplies(payment.id, { POLL: [[canceled]] });
    await shop.callGatewaysNow();
    expect(await stateOf(attempt)).toEqual(lost);
  }
  await shop.commerce.clearAttention({ orderId });
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  await shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: shipmentId });
  expect(await stateOf(attempt)).toEqual(lost);
});

test('an answer about another amount raises a cleared attention each time it comes', async () => {
  const attempt = await shop.createPaidAttempt('CAPTURED');
  for (let times = 0; times < 3; times += 1) {
    await shop.commerce.pollPayment({ paymentId: attempt.payment.id });
    shop.scriptReplies(attempt.payment.id, { POLL: [[{ type: 'CAPTURED', amount: 1900, currency: 'KRW' }]] });
    await shop.callGatewaysNow();
    expect(await stateOf(attempt)).toEqual(['CAPTURED', 'PAID', 'amount_mismatch']);
    await shop.commerce.clearAttention({ orderId: attempt.orderId });
  }
});

test('an order that has lost its authorization can be canceled while nothing has shipped', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  await captureWithReply(attempt, [canceled]);
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  expect(await shop.readState(attempt)).toEqual({
    payment: 'CANCELED',
    order: 'CANCELED',
    stock: '10 0',
    refunds: [],
    attention: null,
  });
});

test('a lost authorization of a canceled order has nothing to refund', async () => {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  const { orderId, payment } = attempt;
  await captureWithReply(attempt, [canceled]);
  await shop.commerce.cancelOrder({ orderId });
  expect(await errorCodeOf(shop.commerce.createRefund({ orderId, paymentId: payment.id }))).toBe(
    'refund_exceeds_balance',
  );
  expect((await shop.commerce.listRefunds({ orderId })).items).toEqual([]);
  expect(await shop.commerce.doctor()).toEqual([]);
});

test('money that is captured all the same pays for the order, or goes back when the order is canceled', async () => {
  for (const isCanceled of [false, true]) {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await captureWithReply(attempt, [canceled]);
    if (isCanceled) await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    expect(await shop.sendWebhook('AUTHORIZED', attempt.payment)).toMatchObject({ effect: 'canceled_before' });
    await shop.sendWebhook('CAPTURED', attempt.payment);
    expect(await stateOf(attempt)).toEqual(
      isCanceled ? ['CAPTURED', 'CANCELED', 'refund_due'] : ['CAPTURED', 'PAID', null],
    );
  }
});
