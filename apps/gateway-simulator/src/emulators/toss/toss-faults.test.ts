import { GatewayRefusal } from '@commerce-core/core';
import { expect, test } from 'vitest';
import { createRetryingCaller } from '../retry-until-answered.testing.ts';
import { createAttempt, secretKey, startEmulator } from './toss.testing.ts';

test('under faults, each call ends with the true state, and no refund is made twice', async () => {
  const { gateway, pay, request, untilIdle, book, receivedFacts } = await startEmulator(secretKey, {
    timeoutMs: 30_000,
    triesMax: 1,
  });
  await request('/hostile', { seed: 7, scale: 2, delayMs: 50, latencyMs: 3, silenceMs: 20 });
  const { retryUntilAnswered, unknowns } = createRetryingCaller();
  const shoppers = Array.from({ length: 30 }, async (_, number) => {
    const { payment, refundOf, agreed } = createAttempt();
    const { gatewayPaymentId } = (await pay({ ...agreed(), luck: `shopper ${number}` })).body;
    const confirmed = await retryUntilAnswered(() => gateway.confirm!(payment, gatewayPaymentId));
    const refund = refundOf(300);
    return { payment, refund, confirmed, answer: await retryUntilAnswered(() => gateway.refund(refund, payment)) };
  });
  const all = await Promise.all(shoppers);
  await request('/hostile', { off: true });
  await untilIdle();

  expect(unknowns()).toBeGreaterThan(5);
  for (const { payment, refund, confirmed, answer } of all) {
    const { refunds, refundedAmount, charged } = await book(payment.id);
    expect(confirmed).toContainEqual(
      expect.objectContaining({ type: 'CAPTURED', amount: charged!.amount, currency: charged!.currency }),
    );
    expect(refunds.filter(({ refundId }) => refundId === refund.id)).toHaveLength(typeof answer === 'string' ? 0 : 1);
    const known = await gateway.retrieve(payment);
    expect(known[0]).toMatchObject({ type: 'CAPTURED', amount: charged!.amount });
    const back = known.filter(({ type }) => type === 'REFUNDED' || type === 'REFUND_PENDING');
    expect(back.reduce((sum, { amount }) => sum + amount, 0)).toBe(refundedAmount);
  }
  expect(receivedFacts().every(({ type }) => type === 'CHANGED' || type === 'OTHER')).toBe(true);
});

test('with a wrong key every outcome is unknown', async () => {
  const { payment } = createAttempt();
  const { gateway } = await startEmulator('test_sk_2');
  const error: unknown = await gateway.retrieve(payment).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(GatewayRefusal);
});
