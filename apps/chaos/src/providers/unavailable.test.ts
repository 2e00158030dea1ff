import { present, refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { createSale, createPaidSale, paidState, total } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator, commerce } = world;

/** Faults that leave the result of a call unknown. */
const ambiguousFaults = {
  'no response after the call was done,': 'silence_after',
  'a connection that breaks after the call was done,': 'dropped_after',
  'a 500 after the call was done,': 'error_after',
  'a 500 before the call was done,': 'error_before',
  'a rate limit,': 'rate_limited',
} as const;

describe.for(Object.entries(ambiguousFaults))('%s', ([, fault]) => {
  testEach(
    'on a new attempt: the same key continues it, and there is only one',
    'isInitiatedByServer',
    async (provider) => {
      const sale = await createSale(world);
      const context = { idempotencyKey: crypto.randomUUID() };
      const begin = () => sale.customer.payment.create.mutate({ orderId: sale.orderId, provider }, { context });
      const error = await world.withFaults({ [fault]: 1 }, () => refusalFrom(begin()));
      expect(error).toMatchObject({ status: 503, code: 'gateway_unavailable' });
      expect((await refusalFrom(sale.beginAttempt(provider))).code).toBe('payment_in_progress');
      const attempt = await begin();
      expect(attempt.next).not.toBeNull();
      expect((await begin()).id).toBe(attempt.id);
      await sale.payAttempt(attempt);
      expect(await sale.readState()).toEqual(paidState);
    },
  );

  testEach('on a capture: the call is repeated, and the money is captured once', 'authorizes', async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider, 'AUTHORIZED');
    await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_200 });
    await world.withFaults({ [fault]: 1, dropped: 1 }, () => commerce.callGateways());
    expect(await sale.readState()).toMatchObject({ order: 'PAID', payments: ['AUTHORIZED'] });
    await world.repeatCalls();
    await world.runUntilIdle();
    expect(await sale.readPayment(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_200 });
    expect(await sale.readBookEntry(attempt)).toMatchObject({ capturedAmount: 1_200, releasedAmount: 800 });
  });

  testEach(
    'on a refund: it is UNKNOWN, is repeated with the same key, and succeeds once',
    'anything',
    async (provider) => {
      const { sale, attempt } = await createPaidSale(world, provider);
      const { id } = await operator.refund.create.mutate({ orderId: sale.orderId, amount: 700 });
      await world.withFaults({ [fault]: 1, dropped: 1 }, () => commerce.callGateways());
      expect(await sale.readState()).toMatchObject({ refunds: ['REFUND 700 UNKNOWN requested'] });
      expect(await sale.readPayment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 700 });
      await world.repeatCalls();
      await world.runUntilIdle();
      await world.repeatCalls();
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual({ ...paidState, refunds: ['REFUND 700 SUCCEEDED requested'] });
      expect((await sale.readBookEntry(attempt)).refunds).toMatchObject([
        { refundId: id, amount: 700, status: 'SUCCEEDED' },
      ]);
    },
  );
});

testEach(
  'a refund that a webhook reports before its lost response is not repeated',
  'reportsAmounts',
  async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider);
    await operator.refund.create.mutate({ orderId: sale.orderId });
    await world.withFaults({ event_before_answer: 1, error_after: 1 }, () => commerce.callGateways());
    await world.runUntilIdle();
    expect((await sale.readState()).refunds).toEqual(['REFUND 2000 SUCCEEDED requested']);
    const { items } = await operator.gatewayCall.list.query({ orderId: sale.orderId });
    expect(items.filter(({ kind }) => kind === 'REFUND')).toMatchObject([{ status: 'DONE', attempts: 1 }]);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: total });
  },
);

testEach('a webhook before the response to the call that caused it is counted once', 'anything', async (provider) => {
  const { sale, attempt } = await createPaidSale(world, provider);
  await operator.refund.create.mutate({ orderId: sale.orderId, amount: 900 });
  await world.withFaults({ event_before_answer: 1 }, () => commerce.callGateways());
  await world.runUntilIdle();
  expect(await sale.readState()).toEqual({ ...paidState, refunds: ['REFUND 900 SUCCEEDED requested'] });
  expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: 900 });
});

testEach(
  'a call without response is retried ever later and needs attention until it succeeds',
  'anything',
  async (provider) => {
    const { sale } = await createPaidSale(world, provider);
    await operator.refund.create.mutate({ orderId: sale.orderId, amount: 900 });
    await world.withFaults({ error_before: 1 }, async () => {
      for (let attempts = 0; attempts < 10; attempts += 1) await world.repeatCalls();
    });
    const {
      items: [call],
    } = await operator.gatewayCall.list.query({ orderId: sale.orderId, status: 'DUE' });
    expect(call).toMatchObject({ kind: 'REFUND', attempts: 10, failureCode: 'no_answer' });
    expect(Date.parse(present(call?.dueAt, 'due time'))).toBeGreaterThan(Date.now() + 10 * 60_000);
    expect(await sale.readState()).toMatchObject({
      attention: 'gateway_silent',
      refunds: ['REFUND 900 UNKNOWN requested'],
    });
    await world.repeatCalls();
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual({ ...paidState, refunds: ['REFUND 900 SUCCEEDED requested'] });
  },
);

describe('a lost webhook', () => {
  /** Creates a paid order whose message is lost; for Toss, the response to the confirmation is lost too. */
  async function createUnreportedSale(provider: Provider) {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    const since = new Date(Date.now() - 5_000);
    await world.withFaults({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
      const token = await sale.actAtGateway(attempt, 'CAPTURED');
      if (provider === 'toss')
        await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    });
    expect((await sale.readState()).order).toBe('PAYMENT_PENDING');
    return { sale, attempt, since };
  }

  testEach('is made up for by polling stale payments', 'anything', async (provider) => {
    const { sale } = await createUnreportedSale(provider);
    await commerce.pollStalePayments(200, 0);
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('is made up for by an operator’s poll', 'anything', async (provider) => {
    const { sale, attempt } = await createUnreportedSale(provider);
    await operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.runUntilIdle();
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach(
    'is made up for by the gateway’s event list, where a second read finds nothing new',
    'anything',
    async (provider) => {
      const { sale, since } = await createUnreportedSale(provider);
      expect(await commerce.fetchMissedEvents({ since })).toBeGreaterThan(0);
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual(paidState);
      expect(await commerce.fetchMissedEvents({ since })).toBe(0);
      await world.runUntilIdle();
      expect(await sale.readState()).toEqual(paidState);
    },
  );

  testEach('of a slow refund is made up for by polling', 'anything', async (provider) => {
    const { sale, attempt } = await createPaidSale(world, provider);
    await world.withFaults({ slow_refund: 1 }, async () => {
      await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
      await commerce.callGateways();
    });
    await world.waitForMessages();
    const {
      items: [refund],
    } = await operator.refund.list.query({ orderId: sale.orderId });
    await commerce.pollStalePayments(200, 0);
    await world.runUntilIdle();
    expect((await sale.readState()).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
    expect(refund?.amount).toBe(500);
    expect(await sale.readBookEntry(attempt)).toMatchObject({ refundedAmount: 500 });
  });
});

testThatBooksAgree(world);
