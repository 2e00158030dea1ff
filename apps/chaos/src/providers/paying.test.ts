import { refusalFrom } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { providers, testEach, type Provider } from './providers.testing.ts';
import { openSale, paidState, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator } = world;

/** What the shopper's page needs to go on, by provider. */
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

testEach('an order is paid, and its stock is sold, by the gateway’s word', 'anything', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  expect(attempt.next).toEqual(nextOf[provider](attempt.id));
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await sale.pay(attempt);
  expect(await sale.state()).toEqual(paidState);
  expect(await sale.payment(attempt)).toMatchObject({
    authorizedAmount: total,
    capturedAmount: total,
    currency: 'KRW',
  });
  expect(await sale.book(attempt)).toMatchObject({ state: 'CAPTURED', capturedAmount: total });
});

testEach(
  'what was authorized makes the order PAID, and is captured in whole by a call',
  'authorizes',
  async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider, { capture: 'MANUAL' });
    await sale.pay(attempt, 'AUTHORIZED');
    expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['AUTHORIZED'], stock: [3, 0] });
    await operator.payment.capture.mutate({ paymentId: attempt.id });
    await world.settle();
    expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], attention: null });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total, releasedAmount: 0 });
  },
);

testEach('a part of what was authorized is captured, and the rest is let go', 'authorizes', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider, { capture: 'MANUAL' });
  await sale.pay(attempt, 'AUTHORIZED');
  await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_300 });
  expect((await refusalFrom(operator.payment.capture.mutate({ paymentId: attempt.id }))).code).toBe('capture_in_progress');
  await world.settle();
  expect(await sale.payment(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_300, refundedAmount: 0 });
  expect(await sale.state()).toMatchObject({ order: 'PAID', refunds: [], attention: null });
  expect(await sale.book(attempt)).toMatchObject({ capturedAmount: 1_300, releasedAmount: 700 });
});

testEach('a try that failed changes nothing, and the next one pays', 'failsATry', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  await sale.pay(attempt, 'ATTEMPT_FAILED');
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await sale.pay(attempt);
  expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], stock: [3, 0] });
});

testEach('an attempt that failed lets go of the stock, and another one pays', 'fails', async (provider) => {
  const sale = await openSale(world);
  await sale.pay(await sale.begin(provider), 'FAILED', { failureCode: 'card_stolen' });
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
  await sale.pay(await sale.begin(provider));
  expect(await sale.state()).toEqual({
    order: 'PAID',
    attention: null,
    payments: ['FAILED', 'CAPTURED'],
    refunds: [],
    stock: [3, 0],
  });
});

testEach('a second attempt while one is live is refused, and the first one pays', 'anything', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  for (const other of providers) {
    expect(await refusalFrom(sale.begin(other))).toMatchObject({ status: 409, code: 'payment_in_progress' });
  }
  await sale.pay(attempt);
  expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], refunds: [] });
});

testEach(
  'whoever comes back to the page goes on with the same attempt, and pays once',
  'anything',
  async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    expect(await sale.customer.payment.resume.mutate({ paymentId: attempt.id })).toMatchObject({
      id: attempt.id,
      next: attempt.next,
    });
    await sale.pay(attempt);
    expect((await sale.customer.payment.resume.mutate({ paymentId: attempt.id })).next).toBeNull();
  },
);

testEach('two attempts that are both approved: the second one’s money goes back', 'anything', async (provider) => {
  const sale = await openSale(world);
  const first = await sale.begin('mock');
  await sale.pay(first, 'FAILED');
  const second = await sale.begin(provider);
  await sale.pay(second);
  await sale.pay(first);
  expect(await sale.state()).toEqual({
    order: 'PAID',
    attention: null,
    payments: ['CAPTURED surplus', 'CAPTURED'],
    refunds: ['REFUND 2000 SUCCEEDED surplus'],
    stock: [3, 0],
  });
  expect(await sale.book(first)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  expect(await sale.book(second)).toMatchObject({ capturedAmount: total, refundedAmount: 0 });
});

testEach(
  'of a late approval and the next attempt’s, which come at once, one pays and the other one’s money goes back',
  'fails',
  async (provider) => {
    const sale = await openSale(world);
    const first = await sale.begin(provider);
    await sale.pay(first, 'FAILED');
    const second = await sale.begin('mock');
    await Promise.all([sale.agree(first, 'CAPTURED'), sale.agree(second, 'AUTHORIZED')]);
    await world.settle();
    const { payments, refunds, ...rest } = await sale.state();
    expect(rest).toEqual({ order: 'PAID', attention: null, stock: [3, 0] });
    expect(payments.filter((status) => status.endsWith('surplus'))).toHaveLength(1);
    expect(refunds).toEqual([expect.stringMatching(/^(VOID|REFUND) 2000 SUCCEEDED surplus$/)]);
    const books = [await sale.book(first), await sale.book(second)];
    expect(
      books.map((book) => book.authorizedAmount - book.releasedAmount - book.refundedAmount).toSorted((a, b) => a - b),
    ).toEqual([0, total]);
  },
);

test('a provider that isn’t configured, or a capture that it can’t do, is refused', async () => {
  const sale = await openSale(world);
  expect((await refusalFrom(sale.begin('paypal' as 'mock'))).code).toBe('provider_not_configured');
  for (const provider of ['toss', 'portone'] as const) {
    expect((await refusalFrom(sale.begin(provider, { capture: 'MANUAL' }))).code).toBe('unsupported_by_provider');
  }
  expect(await sale.state()).toMatchObject({ order: 'CREATED', payments: [] });
});

test('stripe: an attempt that it refuses to begin has FAILED with its reason, and another one can be made', async () => {
  // Of Kuwait's dinars it takes no single fils.
  const sale = await openSale(world, { currency: 'KWD', priceAmount: 1_001 });
  expect(await refusalFrom(sale.begin('stripe'))).toMatchObject({ status: 409, code: 'payment_refused' });
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
  await sale.pay(await sale.begin('mock'));
  expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['FAILED', 'CAPTURED'], stock: [3, 0] });
});

booksMustAgree(world);
