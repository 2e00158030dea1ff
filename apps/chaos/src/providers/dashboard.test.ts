import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach } from './providers.testing.ts';
import { createSale, createPaidSale, paidState, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator, callSimulator } = world;

describe('a refund made in the gateway’s dashboard', () => {
  testEach('is recorded once, in part and then in whole, and needs attention', 'anything', async (provider) => {
    const { sale, attempt, dashboard } = await createPaidSale(world, provider);
    await world.withFaults({ duplicate_at_once: 1, duplicate_later: 1 }, async () => {
      await dashboard('refunds', { amount: 700 });
      await world.runUntilIdle();
    });
    expect(await sale.readState()).toEqual({
      ...paidState,
      attention: 'refunded_at_gateway',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    await dashboard('refunds');
    await world.runUntilIdle();
    await operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.runUntilIdle();
    expect((await sale.readState()).refunds).toEqual(['REFUND 700 SUCCEEDED gateway', 'REFUND 1300 SUCCEEDED gateway']);
    expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: total });
  });

  testEach('that is reported before the payment is recorded once both are known', 'anything', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await world.withFaults({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
      const token = await sale.actAtGateway(attempt, 'CAPTURED');
      if (provider === 'toss')
        await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    });
    await callSimulator('/dashboard/refunds', { paymentId: attempt.id, amount: 700 });
    await world.runUntilIdle();
    await world.retryMessages();
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({
      ...paidState,
      attention: 'refunded_at_gateway',
      refunds: ['REFUND 700 SUCCEEDED gateway'],
    });
    expect(await sale.readPayment(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: 700 });
  });

  testEach('at the same time as a refund of the shop is a second refund', 'anything', async (provider) => {
    const { sale, attempt, refund, dashboard } = await createPaidSale(world, provider);
    await Promise.all([
      dashboard('refunds', { amount: 500 }),
      refund({ amount: 500 }).then(() => world.commerce.callGateways()),
    ]);
    await world.runUntilIdle();
    await world.repeatCalls();
    await world.runUntilIdle();
    expect((await sale.readState()).refunds.toSorted()).toEqual([
      'REFUND 500 SUCCEEDED gateway',
      'REFUND 500 SUCCEEDED requested',
    ]);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: 1_000 });
  });
});

describe('a dispute', () => {
  testEach('is recorded once and needs attention until it is won', 'decidesDisputes', async (provider) => {
    const { sale, dashboard } = await createPaidSale(world, provider);
    const {
      disputes: [dispute],
    } = await world.withFaults({ duplicate_at_once: 1 }, () => dashboard('disputes', { amount: 900 }));
    await world.runUntilIdle();
    const readDisputes = async () =>
      (await operator.dispute.list.query({ limit: 100 })).items.filter(({ orderId }) => orderId === sale.orderId);
    expect(await readDisputes()).toMatchObject([{ status: 'OPEN', amount: 900, gatewayDisputeId: dispute.id }]);
    expect(await sale.readState()).toEqual({ ...paidState, attention: 'dispute', refunds: [] });
    await dashboard(`disputes/${dispute.id}`, { status: 'WON' });
    await world.runUntilIdle();
    expect(await readDisputes()).toMatchObject([{ status: 'WON' }]);
    expect(await sale.readState()).toEqual({ ...paidState, refunds: [] });
  });

  testEach('that is lost still needs attention', 'disputes', async (provider) => {
    const { sale, dashboard } = await createPaidSale(world, provider);
    const {
      disputes: [dispute],
    } = await dashboard('disputes');
    await world.runUntilIdle();
    await dashboard(`disputes/${dispute.id}`, { status: 'LOST' });
    await world.runUntilIdle();
    const { items } = await operator.dispute.list.query({ limit: 100 });
    // PortOne reports the end of a dispute, but not who won.
    expect(items.filter(({ orderId }) => orderId === sale.orderId)).toMatchObject([
      { status: provider === 'portone' ? 'OPEN' : 'LOST' },
    ]);
    expect(await sale.readState()).toMatchObject({ order: 'PAID', attention: 'dispute' });
  });
});

testThatBooksAgree(world);
