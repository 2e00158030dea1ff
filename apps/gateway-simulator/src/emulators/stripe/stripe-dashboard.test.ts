import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { until } from '../../shop.testing.ts';
import { createRetryingCaller } from '../retry-until-answered.testing.ts';
import { testAttempt, startWithPayment, startStripe, refusal, types } from './stripe.testing.ts';

async function paidWithDashboard() {
  const shop = await startWithPayment();
  await shop.payAs('CAPTURED');
  const dashboard = async (path: string, input: object) =>
    (await shop.request(`/dashboard/${path}`, { paymentId: shop.payment.id, ...input })).body;
  return { ...shop, dashboard };
}

test('a refund made in Stripe’s dashboard has no refund id of the shop', async () => {
  const { gateway, payment, receivedFacts, dashboard } = await paidWithDashboard();
  const { refunds } = await dashboard('refunds', { amount: 700 });
  const refunded = { type: 'REFUNDED', amount: 700, refundId: null, gatewayObjectId: refunds[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(refunded);
  await until(() => receivedFacts().length === 3);
  expect(types(receivedFacts()).toSorted()).toEqual(['CAPTURED 5000', 'CHANGED 0', 'REFUNDED 700']);
});

test('a refund that the shopper’s bank returns is reported as failed by webhook and by poll', async () => {
  const { gateway, payment, refundOf, receivedFacts, dashboard } = await paidWithDashboard();
  const refund = refundOf(2000);
  await gateway.refund(refund, payment);
  await dashboard(`refunds/${refund.id}`, { status: 'FAILED', failureCode: 'lost_or_stolen_card' });
  const failed = { type: 'REFUND_FAILED', refundId: refund.id, amount: 2000, failureCode: 'lost_or_stolen_card' };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(failed);
  expect(await gateway.refund(refund, payment)).toMatchObject([failed]);
  await until(() => receivedFacts().filter(({ type }) => type === 'REFUND_FAILED').length === 2);
  expect(receivedFacts().findLast(({ type }) => type === 'REFUND_FAILED')).toMatchObject(failed);
});

test('a dispute is reported when it opens and when it closes, by webhook and by poll', async () => {
  const { gateway, payment, receivedFacts, dashboard, refundOf } = await paidWithDashboard();
  const { disputes } = await dashboard('disputes', { amount: 5000 });
  const dispute = { amount: 5000, currency: 'EUR', gatewayObjectId: disputes[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'DISPUTE_OPENED', ...dispute });
  await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('charge_disputed'));
  await dashboard(`disputes/${disputes[0].id}`, { status: 'LOST' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'DISPUTE_LOST', ...dispute });
  await until(() => receivedFacts().some(({ type }) => type === 'DISPUTE_LOST'));
  expect(receivedFacts().find(({ type }) => type === 'DISPUTE_OPENED')).toMatchObject({
    gatewayPaymentId: payment.gatewayPaymentId,
    ...dispute,
  });
});

test('under faults, each call ends with the true state, and no refund is made twice', async () => {
  const { gateway, initiate, request, untilIdle, book, pay, receivedFacts } = await startStripe();
  await request('/hostile', { seed: 11, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { retryUntilAnswered, unknowns } = createRetryingCaller();

  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const attempt = { ...testAttempt, id: randomUUID(), orderId: randomUUID() };
    const answer = await retryUntilAnswered(() => initiate(attempt));
    if (typeof answer === 'string') throw new Error(`not initiated: ${answer}`);
    const payment = { ...attempt, gatewayPaymentId: answer.gatewayPaymentId };
    await pay({ provider: 'stripe', paymentId: payment.id, outcome: 'CAPTURED', luck: `shopper ${number}` });
    const refund = {
      id: randomUUID(),
      kind: 'REFUND',
      amount: 300,
      currency: 'EUR',
      reason: 'requested',
      gatewayRefundId: null,
    } as const;
    const facts = await retryUntilAnswered(() => gateway.refund(refund, payment));
    return { payment, refund, facts };
  });
  const all = await Promise.all(shoppers);
  await request('/hostile', { off: true });
  await untilIdle();

  expect(unknowns()).toBeGreaterThan(5);
  for (const { payment, refund, facts } of all) {
    const { refunds, refundedAmount, capturedAmount, state } = await book(payment.id);
    const ofShop = refunds.filter(({ refundId }) => refundId === refund.id);
    expect(ofShop.length).toBe(typeof facts === 'string' ? 0 : 1);
    if (state !== 'CAPTURED') continue;
    const known = await gateway.retrieve(payment);
    expect(known[0]).toMatchObject({ type: 'CAPTURED', amount: capturedAmount });
    const refunded = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(refunded.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
  expect(receivedFacts().length).toBeGreaterThan(30);
});
