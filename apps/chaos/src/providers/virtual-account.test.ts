import { refusalFrom } from '@commerce-core/api/testing';
import { expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { createSale, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator } = world;
const dayMs = 24 * 3_600_000;

// Each gateway's name for a payment by transfer or in cash.
const methods = { mock: 'voucher', stripe: 'konbini', toss: 'virtual_account', portone: 'virtual_account' };

/** Creates an order whose shopper has a virtual account to pay into for three days. */
async function createSaleWithAccount(provider: Provider) {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider, { method: methods[provider] });
  await sale.payAttempt(attempt, 'PENDING', { payableMs: 3 * dayMs });
  const reservationDays = async () =>
    (Date.parse((await operator.order.get.query({ orderId: sale.orderId })).reservedUntil) - Date.now()) / dayMs;
  return { sale, attempt, reservationDays };
}

testEach('a virtual account is PENDING and reserves the stock until it expires', 'anything', async (provider) => {
  const { sale, reservationDays } = await createSaleWithAccount(provider);
  expect(await sale.readState()).toEqual({
    order: 'PAYMENT_PENDING',
    attention: null,
    payments: ['PENDING'],
    refunds: [],
    stock: [5, 2],
  });
  expect(await reservationDays()).toBeGreaterThan(2.9);
  expect((await refusalFrom(sale.beginAttempt(provider))).code).toBe('payment_in_progress');
});

testEach('a later deposit pays the order', 'anything', async (provider) => {
  const { sale, attempt } = await createSaleWithAccount(provider);
  await sale.payAttempt(attempt);
  expect(await sale.readState()).toEqual({
    order: 'PAID',
    attention: null,
    payments: ['CAPTURED'],
    refunds: [],
    stock: [3, 0],
  });
});

testEach('a deposit whose message was lost pays, because the expiry polls first', 'anything', async (provider) => {
  const { sale, attempt } = await createSaleWithAccount(provider);
  await world.withFaults({ dropped: 1 }, () => sale.actAtGateway(attempt, 'CAPTURED'));
  await world.agePolls(sale);
  await world.expireOrder(sale);
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await world.runUntilIdle();
  expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], stock: [3, 0] });
});

testEach(
  'without a deposit the order expires, its stock is released and the account is closed',
  'anything',
  async (provider) => {
    const { sale, attempt } = await createSaleWithAccount(provider);
    await world.expireOrder(sale);
    await world.runUntilIdle();
    // The poll is recent and reports that the account is still open, but the shop's own reservation is over.
    await world.expireOrder(sale);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      order: 'EXPIRED',
      attention: null,
      payments: ['CANCELED'],
      refunds: [],
      stock: [5, 0],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });
    await expect(sale.actAtGateway(attempt, 'CAPTURED')).rejects.toThrow(/409/);
  },
);

testEach(
  'an account that expires at the gateway fails the attempt, and another one can pay',
  'anything',
  async (provider) => {
    const { sale, attempt } = await createSaleWithAccount(provider);
    await sale.payAttempt(attempt, 'CANCELED');
    expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
    await sale.payAttempt(await sale.beginAttempt(provider));
    expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['FAILED', 'CAPTURED'], stock: [3, 0] });
  },
);

testEach(
  'a canceled order closes its account; a deposit before that is refunded or needs attention',
  'anything',
  async (provider) => {
    const closed = await createSaleWithAccount(provider);
    await closed.sale.customer.order.cancel.mutate({ orderId: closed.sale.orderId });
    await world.runUntilIdle();
    expect(await closed.sale.readState()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], attention: null });
    expect(await closed.sale.readBookEntry(closed.attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });

    const { sale, attempt } = await createSaleWithAccount(provider);
    await world.withFaults({ delayed: 1 }, async () => {
      await sale.actAtGateway(attempt, 'CAPTURED', { wait: false });
      await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    });
    await world.runUntilIdle();
    const refusesDeposits = provider === 'toss' || provider === 'portone';
    expect(await sale.readState()).toEqual({
      order: 'CANCELED',
      payments: ['CAPTURED surplus'],
      stock: [5, 0],
      attention: refusesDeposits ? 'refund_failed' : null,
      refunds: [`REFUND 2000 ${refusesDeposits ? 'FAILED' : 'SUCCEEDED'} surplus`],
    });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: refusesDeposits ? 0 : total });
  },
);

testEach('a deposit can be refunded', 'refundsDeposits', async (provider) => {
  const { sale, attempt } = await createSaleWithAccount(provider);
  await sale.payAttempt(attempt);
  await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
  await world.runUntilIdle();
  expect(await sale.readState()).toMatchObject({ attention: null, refunds: ['REFUND 500 SUCCEEDED requested'] });
});

testEach(
  'a refund of a deposit fails with the reason if the gateway needs the shopper’s account',
  'needsRefundAccount',
  async (provider) => {
    const { sale, attempt } = await createSaleWithAccount(provider);
    await sale.payAttempt(attempt);
    await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
    await world.runUntilIdle();
    const { items } = await operator.refund.list.query({ orderId: sale.orderId });
    expect(items).toMatchObject([{ status: 'FAILED', failureCode: 'refund_account_required' }]);
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 0 });
  },
);

testThatBooksAgree(world);
