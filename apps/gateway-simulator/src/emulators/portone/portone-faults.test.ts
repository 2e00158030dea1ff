import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { createRetryingCaller } from '../retry-until-answered.testing.ts';
import { startEmulator } from './portone.testing.ts';

test('under faults, each call ends with the true state, and no refund is made twice', async () => {
  const {
    gateway,
    payment: first,
    refundOf,
    initiate,
    simulator,
    request,
    untilIdle,
    book,
  } = await startEmulator({ policy: { timeoutMs: 30_000, triesMax: 1 } });
  await request('/hostile', { seed: 7, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { retryUntilAnswered, unknowns } = createRetryingCaller();
  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const payment = { ...first, id: randomUUID() };
    expect(await retryUntilAnswered(() => initiate(payment))).toMatchObject({ gatewayPaymentId: payment.id });
    await simulator.pay({ provider: 'portone', paymentId: payment.id, outcome: 'CAPTURED', luck: `shopper ${number}` });
    const refund = refundOf(300);
    return { payment, refund, answer: await retryUntilAnswered(() => gateway.refund(refund, payment)) };
  });
  const all = await Promise.all(shoppers);
  await request('/hostile', { off: true });
  await untilIdle();

  expect(unknowns()).toBeGreaterThan(5);
  expect(all.filter(({ answer }) => typeof answer !== 'string').length).toBeGreaterThan(15);
  for (const { payment, refund, answer } of all) {
    const { refunds, refundedAmount, charged } = await book(payment.id);
    expect(refunds.filter(({ refundId }) => refundId === refund.id)).toHaveLength(typeof answer === 'string' ? 0 : 1);
    const known = await gateway.retrieve(payment);
    expect(known.find(({ type }) => type === 'CAPTURED')?.amount).toBe(charged?.amount);
    const back = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(back.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
});
