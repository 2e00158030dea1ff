import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { openSale, total } from './sale.testing.ts';
import { openWorld, type Faults } from './world.testing.ts';

const world = await openWorld();
const { operator } = world;

/** An order of which the gateway has taken something else than was asked. */
async function takenWrongly(provider: Provider, faults: Faults, outcome: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider, outcome === 'AUTHORIZED' ? { capture: 'MANUAL' } : {});
  await world.during(faults, () => sale.pay(attempt, outcome));
  await world.settle();
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

describe('another amount than was asked', () => {
  const other = { wrong_amount: 1 };

  testEach('waits for a person while the stock is held, and accepted it pays', 'anything', async (provider) => {
    const { sale, attempt, decide } = await takenWrongly(provider, other);
    expect(await sale.state()).toEqual(inReview);
    const { capturedAmount } = await sale.book(attempt);
    expect(capturedAmount).not.toBe(total);
    const { reservedUntil } = await operator.order.get.query({ orderId: sale.orderId });
    expect(Date.parse(reservedUntil)).toBeGreaterThan(Date.now() + 6 * 24 * 3_600_000);
    expect((await refusalFrom(sale.begin('mock'))).code).toBe('payment_in_progress');
    await world.expire(sale);
    expect(await sale.state()).toEqual(inReview);

    await decide('ACCEPT');
    expect(await sale.state()).toEqual({
      order: 'PAID',
      attention: null,
      payments: ['CAPTURED'],
      refunds: [],
      stock: [3, 0],
    });
    expect(await sale.payment(attempt)).toMatchObject({ capturedAmount });
    expect((await refusalFrom(decide('REJECT'))).code).toBe('invalid_transition');
  });

  testEach('rejected goes back, and the order can be paid anew', 'anything', async (provider) => {
    const { sale, attempt, decide } = await takenWrongly(provider, other);
    await decide('REJECT');
    expect(await sale.state()).toMatchObject({ order: 'PAYMENT_FAILED', attention: 'refund_due', stock: [5, 0] });
    await world.settle();
    const { capturedAmount, refundedAmount } = await sale.book(attempt);
    expect(refundedAmount).toBe(capturedAmount);
    expect(await sale.state()).toEqual({
      order: 'PAYMENT_FAILED',
      attention: null,
      payments: ['CANCELED surplus'],
      refunds: [`VOID ${capturedAmount} SUCCEEDED amount_mismatch`],
      stock: [5, 0],
    });
    await sale.pay(await sale.begin(provider));
    expect(await sale.state()).toMatchObject({
      order: 'PAID',
      payments: ['CANCELED surplus', 'CAPTURED'],
      stock: [3, 0],
    });
  });

  testEach('goes back when the order is canceled instead', 'anything', async (provider) => {
    const { sale, attempt } = await takenWrongly(provider, other);
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.settle();
    const { capturedAmount, refundedAmount } = await sale.book(attempt);
    expect(refundedAmount).toBe(capturedAmount);
    expect(await sale.state()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED surplus'], stock: [5, 0] });
  });

  testEach('that is only authorized is let go when it is rejected', 'authorizes', async (provider) => {
    const { sale, attempt, decide } = await takenWrongly(provider, other, 'AUTHORIZED');
    await decide('REJECT');
    await world.settle();
    const { state, authorizedAmount, releasedAmount, capturedAmount } = await sale.book(attempt);
    expect({ state, capturedAmount, releasedAmount }).toEqual({
      state: 'CANCELED',
      capturedAmount: 0,
      releasedAmount: authorizedAmount,
    });
    expect(await sale.state()).toMatchObject({
      order: 'PAYMENT_FAILED',
      attention: null,
      payments: ['CANCELED surplus'],
      stock: [5, 0],
    });
  });

  testEach('that is only authorized is captured as it came when it is accepted', 'authorizes', async (provider) => {
    const { sale, attempt, decide } = await takenWrongly(provider, other, 'AUTHORIZED');
    await decide('ACCEPT');
    await operator.payment.capture.mutate({ paymentId: attempt.id });
    await world.settle();
    const { authorizedAmount, capturedAmount } = await sale.book(attempt);
    expect(capturedAmount).toBe(authorizedAmount);
    expect(await sale.payment(attempt)).toMatchObject({ status: 'CAPTURED', amount: authorizedAmount, capturedAmount });
  });
});

testEach('another currency can’t pay, whoever accepts it, and goes back', 'anything', async (provider) => {
  const { sale, attempt, decide } = await takenWrongly(provider, { wrong_currency: 1 });
  expect(await sale.state()).toEqual(inReview);
  expect(await sale.payment(attempt)).toMatchObject({ reportedCurrency: 'USD', reportedAmount: total });
  expect(await refusalFrom(decide('ACCEPT'))).toMatchObject({
    code: 'currency_mismatch',
    details: { currencies: ['KRW', 'USD'] },
  });
  await decide('REJECT');
  await world.settle();
  expect(await sale.book(attempt)).toMatchObject({ currency: 'USD', capturedAmount: total, refundedAmount: total });
  expect(await sale.state()).toMatchObject({
    attention: null,
    refunds: [`VOID ${total} SUCCEEDED amount_mismatch`],
    stock: [5, 0],
  });
});

testEach('another amount for an order that is canceled goes back at once', 'anything', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  await world.during({ wrong_amount: 1, delayed: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
    const token = await sale.agree(attempt, 'CAPTURED', { wait: false });
    if (provider === 'toss') await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  });
  await world.settle();
  const { capturedAmount, refundedAmount } = await sale.book(attempt);
  expect(capturedAmount).not.toBe(total);
  expect(refundedAmount).toBe(capturedAmount);
  expect(await sale.state()).toMatchObject({
    order: 'CANCELED',
    attention: null,
    payments: ['CANCELED surplus'],
    refunds: [`VOID ${capturedAmount} SUCCEEDED amount_mismatch`],
    stock: [5, 0],
  });
});

booksMustAgree(world);
