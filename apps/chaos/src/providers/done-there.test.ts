import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { openSale, paidSale, paidState, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator, ask } = world;

describe('a refund made in the gateway’s dashboard', () => {
  testEach('is counted once, in part and then in whole, and whoever packs is told', 'anything', async (provider) => {
    const { sale, attempt, dashboard } = await paidSale(world, provider);
    await world.during({ duplicate_at_once: 1, duplicate_later: 1 }, async () => {
      await dashboard('refunds', { amount: 700 });
      await world.settle();
    });
    expect(await sale.state()).toEqual({
      ...paidState,
      attention: 'refunded_at_gateway',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    await dashboard('refunds');
    await world.settle();
    await operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.settle();
    expect((await sale.state()).refunds).toEqual(['REFUND 700 SUCCEEDED gateway', 'REFUND 1300 SUCCEEDED gateway']);
    expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('that is told before the payment itself counts once both are known', 'anything', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    await world.during({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
      const token = await sale.agree(attempt, 'CAPTURED');
      if (provider === 'toss') await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    });
    await ask('/dashboard/refunds', { paymentId: attempt.id, amount: 700 });
    await world.settle();
    await world.retryAgain();
    await world.settle();
    expect(await sale.state()).toEqual({
      ...paidState,
      attention: 'refunded_at_gateway',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    expect(await sale.payment(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: 700 });
  });

  testEach('at the same moment as one of the shop’s is another one', 'anything', async (provider) => {
    const { sale, attempt, refund, dashboard } = await paidSale(world, provider);
    await Promise.all([
      dashboard('refunds', { amount: 500 }),
      refund({ amount: 500 }).then(() => world.commerce.callGateways()),
    ]);
    await world.settle();
    await world.callAgain();
    await world.settle();
    expect((await sale.state()).refunds.toSorted()).toEqual([
      'REFUND 500 SUCCEEDED gateway',
      'REFUND 500 SUCCEEDED requested',
    ]);
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: 1_000 });
  });
});

describe('a dispute', () => {
  testEach('is on record once and needs a person; won, it needs none', 'decidesDisputes', async (provider) => {
    const { sale, dashboard } = await paidSale(world, provider);
    const {
      disputes: [dispute],
    } = await world.during({ duplicate_at_once: 1 }, () => dashboard('disputes', { amount: 900 }));
    await world.settle();
    const known = async () =>
      (await operator.dispute.list.query({ limit: 100 })).items.filter(({ orderId }) => orderId === sale.orderId);
    expect(await known()).toMatchObject([{ status: 'OPEN', amount: 900, gatewayDisputeId: dispute.id }]);
    expect(await sale.state()).toEqual({ ...paidState, attention: 'dispute', refunds: [] });
    await dashboard(`disputes/${dispute.id}`, { status: 'WON' });
    await world.settle();
    expect(await known()).toMatchObject([{ status: 'WON' }]);
    expect(await sale.state()).toEqual({ ...paidState, refunds: [] });
  });

  testEach('that is lost goes on needing a person', 'disputes', async (provider) => {
    const { sale, dashboard } = await paidSale(world, provider);
    const {
      disputes: [dispute],
    } = await dashboard('disputes');
    await world.settle();
    await dashboard(`disputes/${dispute.id}`, { status: 'LOST' });
    await world.settle();
    const { items } = await operator.dispute.list.query({ limit: 100 });
    // PortOne tells that it is over, and not who won.
    expect(items.filter(({ orderId }) => orderId === sale.orderId)).toMatchObject([
      { status: provider === 'portone' ? 'OPEN' : 'LOST' },
    ]);
    expect(await sale.state()).toMatchObject({ order: 'PAID', attention: 'dispute' });
  });
});

booksMustAgree(world);
