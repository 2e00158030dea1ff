import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { createSale, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';
import type { Faults } from './world-simulator.testing.ts';

const world = await startWorld();
const { operator } = world;

/** Creates an order whose gateway reports another amount or currency. */
async function createMismatchedSale(
  provider: Provider,
  faults: Faults,
  outcome: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
) {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider, outcome === 'AUTHORIZED' ? { capture: 'MANUAL' } : {});
  await world.withFaults(faults, () => sale.payAttempt(attempt, outcome));
  await world.runUntilIdle();
  const decide = (decision: 'ACCEPT' | 'REJECT') =>
    operator.payment.decideReview.mutate({ paymentId: attempt.id, decision });
  return { sale, attempt, decide };
}
const inReview = {
  order: 'PAYMENT_PENDING',
  attention: 'amount_mismatch',
  payments: ['REVIEW'],
  refunds: [],
  stock: [5, 2],
};

describe('a payment of another amount', () => {
  const wrongAmount = { wrong_amount: 1 };

  testEach('is in REVIEW with its stock reserved, and pays when accepted', 'anything', async (provider) => {
    const { sale, attempt, decide } = await createMismatchedSale(provider, wrongAmount);
    expect(await sale.readState()).toEqual(inReview);
    const { capturedAmount } = await sale.readBookEntry(attempt);
    expect(capturedAmount).not.toBe(total);
    const { reservedUntil } = await operator.order.get.query({ orderId: sale.orderId });
    expect(Date.parse(reservedUntil)).toBeGreaterThan(Date.now() + 6 * 24 * 3_600_000);
    expect((await refusalFrom(sale.beginAttempt('mock'))).code).toBe('payment_in_progress');
    await world.expireOrder(sale);
    expect(await sale.readState()).toEqual(inReview);

    await decide('ACCEPT');
    expect(await sale.readState()).toEqual({
      order: 'PAID',
      attention: null,
      payments: ['CAPTURED'],
      refunds: [],
      stock: [3, 0],
    });
    expect(await sale.readPayment(attempt)).toMatchObject({ capturedAmount });
    expect((await refusalFrom(decide('REJECT'))).code).toBe('invalid_transition');
  });

  testEach('is sent back when rejected, and a new attempt can pay the order', 'anything', async (provider) => {
    const { sale, attempt, decide } = await createMismatchedSale(provider, wrongAmount);
    await decide('REJECT');
    expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_FAILED', attention: 'refund_due', stock: [5, 0] });
    await world.runUntilIdle();
    const { capturedAmount, refundedAmount } = await sale.readBookEntry(attempt);
    expect(refundedAmount).toBe(capturedAmount);
    expect(await sale.readState()).toEqual({
      order: 'PAYMENT_FAILED',
      attention: null,
      payments: ['CAPTURED surplus'],
      refunds: [`REFUND ${capturedAmount} SUCCEEDED amount_mismatch`],
      stock: [5, 0],
    });
    await sale.payAttempt(await sale.beginAttempt(provider));
    expect(await sale.readState()).toMatchObject({
      order: 'PAID',
      payments: ['CAPTURED surplus', 'CAPTURED'],
      stock: [3, 0],
    });
  });

  testEach('is sent back when the order is canceled instead', 'anything', async (provider) => {
    const { sale, attempt } = await createMismatchedSale(provider, wrongAmount);
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.runUntilIdle();
    const { capturedAmount, refundedAmount } = await sale.readBookEntry(attempt);
    expect(refundedAmount).toBe(capturedAmount);
    expect(await sale.readState()).toMatchObject({ order: 'CANCELED', payments: ['CAPTURED surplus'], stock: [5, 0] });
  });

  testEach('that is only authorized is voided when rejected', 'authorizes', async (provider) => {
    const { sale, attempt, decide } = await createMismatchedSale(provider, wrongAmount, 'AUTHORIZED');
    await decide('REJECT');
    await world.runUntilIdle();
    const { state, authorizedAmount, releasedAmount, capturedAmount } = await sale.readBookEntry(attempt);
    expect({ state, capturedAmount, releasedAmount }).toEqual({
      state: 'CANCELED',
      capturedAmount: 0,
      releasedAmount: authorizedAmount,
    });
    expect(await sale.readState()).toMatchObject({
      order: 'PAYMENT_FAILED',
      attention: null,
      payments: ['CANCELED surplus'],
      stock: [5, 0],
    });
  });

  testEach(
    'that is only authorized can be captured when accepted, with the reported amount',
    'authorizes',
    async (provider) => {
      const { sale, attempt, decide } = await createMismatchedSale(provider, wrongAmount, 'AUTHORIZED');
      await decide('ACCEPT');
      await operator.payment.capture.mutate({ paymentId: attempt.id });
      await world.runUntilIdle();
      const { authorizedAmount, capturedAmount } = await sale.readBookEntry(attempt);
      expect(capturedAmount).toBe(authorizedAmount);
      expect(await sale.readPayment(attempt)).toMatchObject({
        status: 'CAPTURED',
        amount: authorizedAmount,
        capturedAmount,
      });
    },
  );
});

testEach('a payment of another currency cannot be accepted and is sent back', 'anything', async (provider) => {
  const { sale, attempt, decide } = await createMismatchedSale(provider, { wrong_currency: 1 });
  expect(await sale.readState()).toEqual(inReview);
  expect(await sale.readPayment(attempt)).toMatchObject({ reportedCurrency: 'USD', reportedAmount: total });
  expect(await refusalFrom(decide('ACCEPT'))).toMatchObject({
    code: 'currency_mismatch',
    details: { currencies: ['KRW', 'USD'] },
  });
  await decide('REJECT');
  await world.runUntilIdle();
  expect(await sale.readBookEntry(attempt)).toMatchObject({
    currency: 'USD',
    capturedAmount: total,
    refundedAmount: total,
  });
  expect(await sale.readState()).toMatchObject({
    attention: null,
    refunds: [`REFUND ${total} SUCCEEDED amount_mismatch`],
    stock: [5, 0],
  });
});

testEach('a payment of another amount for a canceled order is sent back at once', 'anything', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  await world.withFaults({ wrong_amount: 1, delayed: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
    const token = await sale.actAtGateway(attempt, 'CAPTURED', { wait: false });
    if (provider === 'toss') await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  });
  await world.runUntilIdle();
  const { capturedAmount, refundedAmount } = await sale.readBookEntry(attempt);
  expect(capturedAmount).not.toBe(total);
  expect(refundedAmount).toBe(capturedAmount);
  expect(await sale.readState()).toMatchObject({
    order: 'CANCELED',
    attention: null,
    payments: ['CAPTURED surplus'],
    refunds: [`REFUND ${capturedAmount} SUCCEEDED amount_mismatch`],
    stock: [5, 0],
  });
});

testThatBooksAgree(world);
