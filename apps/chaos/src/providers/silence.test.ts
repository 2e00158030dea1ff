import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { openSale, paidSale, paidState, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator, commerce } = world;

/** How a call can go wrong so that nobody knows what became of it. */
const unknowns = {
  'no answer, though it was done': 'silence_after',
  'a connection that breaks after it was done': 'dropped_after',
  'a 500 after it was done': 'error_after',
  'a 500 instead': 'error_before',
  'too many calls': 'rate_limited',
} as const;

describe.for(Object.entries(unknowns))('%s', ([, fault]) => {
  testEach(
    'to the beginning of an attempt: the same key goes on with it, and there is one',
    'isTold',
    async (provider) => {
      const sale = await openSale(world);
      const context = { idempotencyKey: crypto.randomUUID() };
      const begin = () => sale.customer.payment.create.mutate({ orderId: sale.orderId, provider }, { context });
      const error = await world.during({ [fault]: 1 }, () => refusalFrom(begin()));
      expect(error).toMatchObject({ status: 503, code: 'gateway_unavailable' });
      expect((await refusalFrom(sale.begin(provider))).code).toBe('payment_in_progress');
      const attempt = await begin();
      expect(attempt.next).not.toBeNull();
      expect((await begin()).id).toBe(attempt.id);
      await sale.pay(attempt);
      expect(await sale.state()).toEqual(paidState);
    },
  );

  testEach('to a capture: it is made again, and money is taken once', 'authorizes', async (provider) => {
    const { sale, attempt } = await paidSale(world, provider, 'AUTHORIZED');
    await operator.payment.capture.mutate({ paymentId: attempt.id, amount: 1_200 });
    await world.during({ [fault]: 1, dropped: 1 }, () => commerce.callGateways());
    expect(await sale.state()).toMatchObject({ order: 'PAID', payments: ['AUTHORIZED'] });
    await world.callAgain();
    await world.settle();
    expect(await sale.payment(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_200 });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: 1_200, releasedAmount: 800 });
  });

  testEach(
    'to a refund: it is UNKNOWN, asked for again with the same key, and goes back once',
    'anything',
    async (provider) => {
      const { sale, attempt } = await paidSale(world, provider);
      const { id } = await operator.refund.create.mutate({ orderId: sale.orderId, amount: 700 });
      await world.during({ [fault]: 1, dropped: 1 }, () => commerce.callGateways());
      expect(await sale.state()).toMatchObject({ refunds: ['REFUND 700 UNKNOWN requested'] });
      expect(await sale.payment(attempt)).toMatchObject({ refundedAmount: 0, refundReservedAmount: 700 });
      await world.callAgain();
      await world.settle();
      await world.callAgain();
      await world.settle();
      expect(await sale.state()).toEqual({ ...paidState, refunds: ['REFUND 700 SUCCEEDED requested'] });
      expect((await sale.book(attempt)).refunds).toMatchObject([{ refundId: id, amount: 700, status: 'SUCCEEDED' }]);
    },
  );
});

testEach(
  'a refund that its webhook tells of before the lost answer isn’t asked for again',
  'tellsAmounts',
  async (provider) => {
    const { sale, attempt } = await paidSale(world, provider);
    await operator.refund.create.mutate({ orderId: sale.orderId });
    await world.during({ event_before_answer: 1, error_after: 1 }, () => commerce.callGateways());
    await world.settle();
    expect((await sale.state()).refunds).toEqual(['REFUND 2000 SUCCEEDED requested']);
    const { items } = await operator.gatewayCall.list.query({ orderId: sale.orderId });
    expect(items.filter(({ kind }) => kind === 'REFUND')).toMatchObject([{ status: 'DONE', attempts: 1 }]);
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: total });
  },
);

testEach(
  'a webhook that comes before the answer of the call that caused it counts once',
  'anything',
  async (provider) => {
    const { sale, attempt } = await paidSale(world, provider);
    await operator.refund.create.mutate({ orderId: sale.orderId, amount: 900 });
    await world.during({ event_before_answer: 1 }, () => commerce.callGateways());
    await world.settle();
    expect(await sale.state()).toEqual({ ...paidState, refunds: ['REFUND 900 SUCCEEDED requested'] });
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: 900 });
  },
);

testEach(
  'a gateway that stays silent is asked ever later, a person is told, and its first answer ends that',
  'anything',
  async (provider) => {
    const { sale } = await paidSale(world, provider);
    await operator.refund.create.mutate({ orderId: sale.orderId, amount: 900 });
    await world.during({ error_before: 1 }, async () => {
      for (let tries = 0; tries < 10; tries += 1) await world.callAgain();
    });
    const {
      items: [call],
    } = await operator.gatewayCall.list.query({ orderId: sale.orderId, status: 'DUE' });
    expect(call).toMatchObject({ kind: 'REFUND', attempts: 10, failureCode: 'no_answer' });
    expect(Date.parse(call!.dueAt!)).toBeGreaterThan(Date.now() + 10 * 60_000);
    expect(await sale.state()).toMatchObject({
      attention: 'gateway_silent',
      refunds: ['REFUND 900 UNKNOWN requested'],
    });
    await world.callAgain();
    await world.settle();
    expect(await sale.state()).toEqual({ ...paidState, refunds: ['REFUND 900 SUCCEEDED requested'] });
  },
);

describe('a webhook that got lost', () => {
  /** Paid, and nobody told the shop; of Toss the answer to its own call is lost as well. */
  async function unheard(provider: Provider) {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    const since = new Date(Date.now() - 5_000);
    await world.during({ dropped: 1, error_after: provider === 'toss' ? 1 : 0 }, async () => {
      const token = await sale.agree(attempt, 'CAPTURED');
      if (provider === 'toss') await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
    });
    expect((await sale.state()).order).toBe('PAYMENT_PENDING');
    return { sale, attempt, since };
  }

  testEach('is found by asking about what has been quiet for long', 'anything', async (provider) => {
    const { sale } = await unheard(provider);
    await commerce.pollStalePayments(200, 0);
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  testEach('is found by an operator who asks', 'anything', async (provider) => {
    const { sale, attempt } = await unheard(provider);
    await operator.payment.poll.mutate({ paymentId: attempt.id });
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  testEach(
    'is found in the gateway’s own list, and counts once if it comes later all the same',
    'anything',
    async (provider) => {
      const { sale, since } = await unheard(provider);
      expect(await commerce.fetchMissedEvents({ since })).toBeGreaterThan(0);
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
      expect(await commerce.fetchMissedEvents({ since })).toBe(0);
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
    },
  );

  testEach('of a refund that the bank took a while for is found by asking', 'anything', async (provider) => {
    const { sale, attempt } = await paidSale(world, provider);
    await world.during({ slow_refund: 1 }, async () => {
      await operator.refund.create.mutate({ orderId: sale.orderId, amount: 500 });
      await commerce.callGateways();
    });
    await world.heard();
    const {
      items: [refund],
    } = await operator.refund.list.query({ orderId: sale.orderId });
    await commerce.pollStalePayments(200, 0);
    await world.settle();
    expect((await sale.state()).refunds).toEqual(['REFUND 500 SUCCEEDED requested']);
    expect(refund!.amount).toBe(500);
    expect(await sale.book(attempt)).toMatchObject({ refundedAmount: 500 });
  });
});

booksMustAgree(world);
