import { refusalFrom } from '@commerce-core/api/testing';
import { expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { openSale, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator } = world;
const dayMs = 24 * 3_600_000;

// Each gateway's own word for paying later, in cash or by transfer.
const methods = { mock: 'voucher', stripe: 'konbini', toss: 'virtual_account', portone: 'virtual_account' };

/** An order whose shopper was given an account to pay into, for three days. */
async function issued(provider: Provider) {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider, { method: methods[provider] });
  await sale.pay(attempt, 'PENDING', { payableMs: 3 * dayMs });
  const reservationDays = async () =>
    (Date.parse((await operator.order.get.query({ orderId: sale.orderId })).reservedUntil) - Date.now()) / dayMs;
  return { sale, attempt, reservationDays };
}

testEach(
  'an account to pay into is PENDING and holds the stock until its time is over',
  'anything',
  async (provider) => {
    const { sale, reservationDays } = await issued(provider);
    expect(await sale.state()).toEqual({
      order: 'PAYMENT_PENDING',
      attention: null,
      payments: ['PENDING'],
      refunds: [],
      stock: [5, 2],
    });
    expect(await reservationDays()).toBeGreaterThan(2.9);
    expect((await refusalFrom(sale.begin(provider))).code).toBe('payment_in_progress');
  },
);

testEach('a deposit that comes later pays', 'anything', async (provider) => {
  const { sale, attempt } = await issued(provider);
  await sale.pay(attempt);
  expect(await sale.state()).toEqual({
    order: 'PAID',
    attention: null,
    payments: ['CAPTURED'],
    refunds: [],
    stock: [3, 0],
  });
});

testEach('a deposit of which the message was lost pays, as the expiry asks first', 'anything', async (provider) => {
  const { sale, attempt } = await issued(provider);
  await world.during({ dropped: 1 }, () => sale.agree(attempt, 'CAPTURED'));
  await world.ageAnswers(sale);
  await world.expire(sale);
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  await world.settle();
  expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['CAPTURED'], stock: [3, 0] });
});

testEach(
  'nobody paid in: the order expires, its stock is let go, and the account takes no deposit any more',
  'anything',
  async (provider) => {
    const { sale, attempt } = await issued(provider);
    await world.expire(sale);
    await world.settle();
    // The gateway says that it still waits; what it says is fresh, and the shop's own time is over.
    await world.expire(sale);
    await world.settle();
    expect(await sale.state()).toEqual({
      order: 'EXPIRED',
      attention: null,
      payments: ['CANCELED'],
      refunds: [],
      stock: [5, 0],
    });
    expect(await sale.book(attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });
    await expect(sale.agree(attempt, 'CAPTURED')).rejects.toThrow(/409/);
  },
);

testEach(
  'an account whose time is over at the gateway fails the attempt, and another one can pay',
  'anything',
  async (provider) => {
    const { sale, attempt } = await issued(provider);
    await sale.pay(attempt, 'CANCELED');
    expect(await sale.state()).toMatchObject({ order: 'PAYMENT_FAILED', payments: ['FAILED'], stock: [5, 0] });
    await sale.pay(await sale.begin(provider));
    expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['FAILED', 'CAPTURED'], stock: [3, 0] });
  },
);

testEach(
  'a canceled order closes its account; a deposit that came in between goes back, or needs a person',
  'anything',
  async (provider) => {
    const closed = await issued(provider);
    await closed.sale.customer.order.cancel.mutate({ orderId: closed.sale.orderId });
    await world.settle();
    expect(await closed.sale.state()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], attention: null });
    expect(await closed.sale.book(closed.attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });

    const { sale, attempt } = await issued(provider);
    await world.during({ delayed: 1 }, async () => {
      await sale.agree(attempt, 'CAPTURED', { wait: false });
      await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    });
    await world.settle();
    const refusesDeposits = provider === 'toss' || provider === 'portone';
    expect(await sale.state()).toEqual({
      order: 'CANCELED',
      payments: ['CAPTURED surplus'],
      stock: [5, 0],
      attention: refusesDeposits ? 'refund_failed' : null,
      refunds: [`REFUND 2000 ${refusesDeposits ? 'FAILED' : 'SUCCEEDED'} surplus`],
    });
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: refusesDeposits ? 0 : total });
  },
);

testEach('what was paid in can be sent back', 'refundsDeposits', async (provider) => {
  const { sale, attempt } = await issued(provider);
  await sale.pay(attempt);
  await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
  await world.settle();
  expect(await sale.state()).toMatchObject({ attention: null, refunds: ['REFUND 500 SUCCEEDED requested'] });
});

testEach(
  'a refund of what was paid in is refused with the reason where the shopper has to name an account',
  'wantsAccount',
  async (provider) => {
    const { sale, attempt } = await issued(provider);
    await sale.pay(attempt);
    await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
    await world.settle();
    const { items } = await operator.refund.list.query({ orderId: sale.orderId });
    expect(items).toMatchObject([{ status: 'FAILED', failureCode: 'refund_account_required' }]);
    expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 0 });
  },
);

booksMustAgree(world);
