import { refusalFrom } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { providers, testEach, type Provider } from './providers.testing.ts';
import { createSale, paidState, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator } = world;

/** What the shopper's page needs to continue, by provider. */
const nextOf: Record<Provider, (paymentId: string) => object> = {
  mock: () => ({ provider: 'mock' }),
  stripe: () => ({
    provider: 'stripe',
    clientSecret: expect.stringMatching(/^pi_\w+_secret_\w+$/),
    publishableKey: null,
  }),
  toss: (orderId) => ({ provider: 'toss', clientKey: 'test_ck_1', orderId, amount: total }),
  portone: (paymentId) => ({
    provider: 'portone',
    storeId: 'store-1',
    channelKey: 'channel-1',
    paymentId,
    totalAmount: total,
    currency: 'KRW',
  }),
};

testEach('the gateway’s approval pays an order and sells its stock', 'anything', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  expect(attempt.next).toEqual(nextOf[provider](attempt.id));
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await sale.payAttempt(attempt);
  expect(await sale.readState()).toEqual(paidState);
  expect(await sale.readPayment(attempt)).toMatchObject({
    authorizedAmount: total,
    capturedAmount: total,
    currency: 'KRW',
  });
  expect(await sale.readBookEntry(attempt)).toMatchObject({ state: 'CAPTURED', capturedAmount: total });
});

testEach('an authorization makes the order PAID and is captured in whole by a call', 'authorizes', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
  await sale.payAttempt(attempt, 'AUTHORIZED');
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['AUTHORIZED'], stock: [3, 0] });
  await operator.payment.capture.mutate({ paymentId: attempt.id });
  await world.runUntilIdle();
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], attention: null });
  expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: total, releasedAmount: 0 });
});

testEach('an authorization can be captured in part, and the rest is released', 'authorizes', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider, { capture: 'MANUAL' });
  await sale.payAttempt(attempt, 'AUTHORIZED');
  await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_300 });
  expect((await refusalFrom(operator.payment.capture.mutate({ paymentId: attempt.id }))).code).toBe(
    'capture_in_progress',
  );
  await world.runUntilIdle();
  expect(await sale.readPayment(attempt)).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 1_300,
    refundedAmount: 0,
  });
  expect(await sale.readState()).toMatchObject({ order: 'PAID', refunds: [], attention: null });
  expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: 1_300, releasedAmount: 700 });
});

testEach('a failed try changes nothing, and the next one pays', 'failsATry', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  await sale.payAttempt(attempt, 'ATTEMPT_FAILED');
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await sale.payAttempt(attempt);
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], stock: [3, 0] });
});

testEach('a failed attempt releases the stock, and another one pays', 'fails', async (provider) => {
  const sale = await createSale(world);
  await sale.payAttempt(await sale.beginAttempt(provider), 'FAILED', { failureCode: 'card_stolen' });
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
  await sale.payAttempt(await sale.beginAttempt(provider));
  expect(await sale.readState()).toEqual({
    order: 'PAID',
    attention: null,
    payments: ['FAILED', 'CAPTURED'],
    refunds: [],
    stock: [3, 0],
  });
});

testEach('a second attempt while one is live is refused, and the first one pays', 'anything', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  for (const other of providers) {
    expect(await refusalFrom(sale.beginAttempt(other))).toMatchObject({ status: 409, code: 'payment_in_progress' });
  }
  await sale.payAttempt(attempt);
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], refunds: [] });
});

testEach('a shopper who returns to the page resumes the same attempt and pays once', 'anything', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  expect(await sale.customer.payment.resume.mutate({ paymentId: attempt.id })).toMatchObject({
    id: attempt.id,
    next: attempt.next,
  });
  await sale.payAttempt(attempt);
  expect((await sale.customer.payment.resume.mutate({ paymentId: attempt.id })).next).toBeNull();
});

testEach(
  'when two attempts are approved, the money of the second approval is refunded',
  'anything',
  async (provider) => {
    const sale = await createSale(world);
    const first = await sale.beginAttempt('mock');
    await sale.payAttempt(first, 'FAILED');
    const second = await sale.beginAttempt(provider);
    await sale.payAttempt(second);
    await sale.payAttempt(first);
    expect(await sale.readState()).toEqual({
      order: 'PAID',
      attention: null,
      payments: ['CAPTURED surplus', 'CAPTURED'],
      refunds: ['REFUND 2000 SUCCEEDED surplus'],
      stock: [3, 0],
    });
    expect(await sale.readBookEntry(first)).toMatchObject({ capturedAmount: total, refundedAmount: total });
    expect(await sale.readBookEntry(second)).toMatchObject({ capturedAmount: total, refundedAmount: 0 });
  },
);

testEach(
  'of two approvals at the same time, one pays and the other one’s money is sent back',
  'fails',
  async (provider) => {
    const sale = await createSale(world);
    const first = await sale.beginAttempt(provider);
    await sale.payAttempt(first, 'FAILED');
    const second = await sale.beginAttempt('mock');
    await Promise.all([sale.actAtGateway(first, 'CAPTURED'), sale.actAtGateway(second, 'AUTHORIZED')]);
    await world.runUntilIdle();
    const { payments, refunds, ...rest } = await sale.readState();
    expect(rest).toEqual({ order: 'PAID', attention: null, stock: [3, 0] });
    expect(payments.filter((status) => status.endsWith('surplus'))).toHaveLength(1);
    expect(refunds).toEqual([expect.stringMatching(/^(VOID|REFUND) 2000 SUCCEEDED surplus$/)]);
    const books = [await sale.readBookEntry(first), await sale.readBookEntry(second)];
    expect(
      books.map((book) => book.authorizedAmount - book.releasedAmount - book.refundedAmount).toSorted((a, b) => a - b),
    ).toEqual([0, total]);
  },
);

test('a provider that is not configured, or a capture mode that it lacks, is refused', async () => {
  const sale = await createSale(world);
  expect((await refusalFrom(sale.beginAttempt('paypal' as 'mock'))).code).toBe('provider_not_configured');
  for (const provider of ['toss', 'portone'] as const) {
    expect((await refusalFrom(sale.beginAttempt(provider, { capture: 'MANUAL' }))).code).toBe(
      'unsupported_by_provider',
    );
  }
  expect(await sale.readState()).toMatchObject({ order: 'CREATED', payments: [] });
});

test('stripe: an attempt that Stripe refuses is FAILED with the reason, and another one can pay', async () => {
  // Stripe charges no less than half a euro. The shop does not know that: it depends on the account.
  const sale = await createSale(world, { currency: 'EUR', priceAmount: 10 });
  expect(await refusalFrom(sale.beginAttempt('stripe'))).toMatchObject({ status: 409, code: 'payment_refused' });
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
  await sale.payAttempt(await sale.beginAttempt('mock'));
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['FAILED', 'CAPTURED'], stock: [3, 0] });
});

testThatBooksAgree(world);
