import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import { patiently } from './hostile-hands.testing.ts';
import { anAttempt, opened, play, refusal, types } from './stripe.testing.ts';

async function paidWithDashboard() {
  const shop = await opened();
  await shop.paid('CAPTURED');
  const dashboard = async (path: string, input: object) =>
    (await shop.ask(`/dashboard/${path}`, { paymentId: shop.payment.id, ...input })).body;
  return { ...shop, dashboard };
}

test('a refund made in Stripe’s dashboard has no id of ours', async () => {
  const { gateway, payment, heard, dashboard } = await paidWithDashboard();
  const { refunds } = await dashboard('refunds', { amount: 700 });
  const refunded = { type: 'REFUNDED', amount: 700, refundId: null, gatewayObjectId: refunds[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(refunded);
  await until(() => heard().length === 3);
  expect(types(heard()).toSorted()).toEqual(['CAPTURED 5000', 'CHANGED 0', 'REFUNDED 700']);
});

test('a refund that the shopper’s bank sends back has failed, by webhook and when asked', async () => {
  const { gateway, payment, refundOf, heard, dashboard } = await paidWithDashboard();
  const refund = refundOf(2000);
  await gateway.refund(refund, payment);
  await dashboard(`refunds/${refund.id}`, { status: 'FAILED', failureCode: 'lost_or_stolen_card' });
  const failed = { type: 'REFUND_FAILED', refundId: refund.id, amount: 2000, failureCode: 'lost_or_stolen_card' };
  expect((await gateway.retrieve(payment))[1]).toMatchObject(failed);
  expect(await gateway.refund(refund, payment)).toMatchObject([failed]);
  await until(() => heard().filter(({ type }) => type === 'REFUND_FAILED').length === 2);
  expect(heard().findLast(({ type }) => type === 'REFUND_FAILED')).toMatchObject(failed);
});

test('a dispute is told when it opens and when it closes, and known when asked', async () => {
  const { gateway, payment, heard, dashboard, refundOf } = await paidWithDashboard();
  const { disputes } = await dashboard('disputes', { amount: 5000 });
  const dispute = { amount: 5000, currency: 'EUR', gatewayObjectId: disputes[0].id };
  expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'DISPUTE_OPENED', ...dispute });
  await expect(gateway.refund(refundOf(1), payment)).rejects.toEqual(refusal('charge_disputed'));
  await dashboard(`disputes/${disputes[0].id}`, { status: 'LOST' });
  expect((await gateway.retrieve(payment))[1]).toMatchObject({ type: 'DISPUTE_LOST', ...dispute });
  await until(() => heard().some(({ type }) => type === 'DISPUTE_LOST'));
  expect(heard().find(({ type }) => type === 'DISPUTE_OPENED')).toMatchObject({
    gatewayPaymentId: payment.gatewayPaymentId,
    ...dispute,
  });
});

test('in hostile hands every call ends in a truth, and no money goes back twice', async () => {
  const { gateway, open, ask, book, pay, heard } = await play();
  await ask('/hostile', { seed: 11, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { untilAnswered, unknowns } = patiently();

  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const attempt = { ...anAttempt, id: randomUUID(), orderId: randomUUID() };
    const answer = await untilAnswered(() => open(attempt));
    if (typeof answer === 'string') throw new Error(`not opened: ${answer}`);
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
    const facts = await untilAnswered(() => gateway.refund(refund, payment));
    return { payment, refund, facts };
  });
  const all = await Promise.all(shoppers);
  await ask('/hostile', { off: true });
  await until(async () => (await ask('/hostile')).body.underway === 0);

  expect(unknowns()).toBeGreaterThan(5);
  for (const { payment, refund, facts } of all) {
    const { refunds, refundedAmount, capturedAmount, state } = await book(payment.id);
    const ofOurs = refunds.filter(({ refundId }) => refundId === refund.id);
    expect(ofOurs.length).toBe(typeof facts === 'string' ? 0 : 1);
    if (state !== 'CAPTURED') continue;
    const known = await gateway.retrieve(payment);
    expect(known[0]).toMatchObject({ type: 'CAPTURED', amount: capturedAmount });
    const wentBack = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(wentBack.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
  expect(heard().length).toBeGreaterThan(30);
});
