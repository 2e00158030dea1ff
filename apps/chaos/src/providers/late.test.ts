import { randomUUID } from 'node:crypto';
import { refusalFrom } from '@commerce-core/api/testing';
import { describe, expect } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { openSale, paidState, total } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();

type Sale = Awaited<ReturnType<typeof openSale>>;

/** The same fact by another message: its id is in the body, in a header, or made of all that it says. */
function anew(provider: Provider, { body }: { body: string }): { id: string; body: string } {
  const id = randomUUID();
  if (provider === 'stripe')
    return { id, body: JSON.stringify({ ...JSON.parse(body), id: `evt_${id.replaceAll('-', '')}` }) };
  return { id, body: provider === 'toss' ? `${body} ` : body };
}

/** An order that its shopper pays while nobody tells the shop; `meanwhile` happens before it hears of it. */
async function paidUnheard(provider: Provider, meanwhile: (sale: Sale) => Promise<unknown>, how: 'late' | 'lost') {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  // The gateway was just asked and knew of nothing, so the shop may let go of the order.
  await sale.customer.payment.resume.mutate({ paymentId: attempt.id });
  await world.expire(sale);
  await world.settle();
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', stock: [5, 2] });
  // Of Toss the shop would hear by its own call's answer: that gets lost as well.
  const confirms = provider === 'toss';
  await world.during({ [how === 'late' ? 'delayed' : 'dropped']: 1, error_after: confirms ? 1 : 0 }, async () => {
    const token = await sale.agree(attempt, 'CAPTURED', { wait: false });
    if (confirms) {
      const { code } = await refusalFrom(sale.customer.payment.confirm.mutate({ paymentId: attempt.id, token }));
      expect(code).toBe('gateway_unavailable');
      // The shop asks what became of it, and lets go of the order only once there was no answer for long.
      await world.ageCalls(sale);
    }
    await meanwhile(sale);
  });
  return { sale, attempt };
}
const expire = async (sale: Sale): Promise<void> => {
  await world.expire(sale);
  expect(await sale.state()).toMatchObject({ order: 'EXPIRED', stock: [5, 0] });
};
const expireAndSellOut = async (sale: Sale): Promise<void> => {
  await expire(sale);
  await sale.sellOut();
};
const cancel = (sale: Sale) => sale.customer.order.cancel.mutate({ orderId: sale.orderId });

describe.for(['late', 'lost'] as const)('an approval of which the message comes %s', (how) => {
  testEach('after the order EXPIRED pays it, if the stock is still there', 'anything', async (provider) => {
    const { sale } = await paidUnheard(provider, expire, how);
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  testEach('after the order EXPIRED and its stock is gone brings the money back', 'anything', async (provider) => {
    const { sale, attempt } = await paidUnheard(provider, expireAndSellOut, how);
    await world.settle();
    expect(await sale.state()).toEqual({
      order: 'EXPIRED',
      attention: null,
      payments: ['CAPTURED surplus'],
      refunds: ['REFUND 2000 SUCCEEDED surplus'],
      stock: [5, 5],
    });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  });

  testEach('after the order was CANCELED brings the money back', 'anything', async (provider) => {
    const { sale, attempt } = await paidUnheard(provider, cancel, how);
    await world.settle();
    expect(await sale.state()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CAPTURED surplus'],
      refunds: ['REFUND 2000 SUCCEEDED surplus'],
      stock: [5, 0],
    });
    expect(await sale.book(attempt)).toMatchObject({ capturedAmount: total, refundedAmount: total });
  });
});

describe('an authorization', () => {
  testEach('that comes after its order was CANCELED is let go', 'authorizes', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider, { capture: 'MANUAL' });
    await world.during({ delayed: 1 }, async () => {
      await sale.agree(attempt, 'AUTHORIZED', { wait: false });
      await cancel(sale);
    });
    await world.settle();
    expect(await sale.state()).toEqual({
      order: 'CANCELED',
      attention: null,
      payments: ['CANCELED surplus'],
      refunds: ['VOID 2000 SUCCEEDED surplus'],
      stock: [5, 0],
    });
    expect(await sale.book(attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0, releasedAmount: total });
  });

  testEach('that the gateway ends by itself makes a paid order need a person', 'authorizes', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider, { capture: 'MANUAL' });
    await sale.pay(attempt, 'AUTHORIZED');
    await sale.pay(attempt, 'CANCELED');
    expect(await sale.state()).toMatchObject({ order: 'PAID', attention: 'authorization_lost', stock: [3, 0] });
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.settle();
    expect(await sale.state()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], stock: [5, 0] });
  });
});

testEach(
  'a capture of what the gateway has let go of is refused for good, and a person is told why',
  'authorizes',
  async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider, { capture: 'MANUAL' });
    await sale.pay(attempt, 'AUTHORIZED');
    await world.during({ dropped: 1 }, () => sale.agree(attempt, 'CANCELED'));
    await world.operator.payment.capture.mutate({ paymentId: attempt.id });
    await world.settle();
    const { items } = await world.operator.gatewayCall.list.query({ orderId: sale.orderId });
    expect(items.filter(({ kind }) => kind === 'CAPTURE')).toMatchObject([{ attempts: 1, dueAt: null }]);
    expect(await sale.state()).toMatchObject({
      order: 'PAID',
      attention: 'authorization_lost',
      payments: ['AUTHORIZED'],
    });
    expect(await sale.book(attempt)).toMatchObject({ state: 'CANCELED', capturedAmount: 0 });
    await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
    await world.settle();
    expect(await sale.state()).toMatchObject({ order: 'CANCELED', payments: ['CANCELED'], stock: [5, 0] });
  },
);

describe('messages in another order than things happened', () => {
  testEach('a failure after the approval changes nothing', 'fails', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    await world.during({ delayed: 1 }, async () => {
      await sale.agree(attempt, 'FAILED', { wait: false });
    });
    await world.settle();
    await sale.pay(attempt);
    const failure = (await world.inbox(attempt.id))[0]!;
    // The gateway says it once more, as of now.
    const { body: answer } = await world.send(provider, anew(provider, await world.message(failure.id)));
    expect(answer).toMatchObject(
      provider === 'toss' ? { effect: 'polls_gateway' } : { outcome: 'IGNORED_STALE', effect: 'approved_before' },
    );
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  testEach('a try that failed, told once more after the approval, changes nothing', 'failsATry', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    await sale.agree(attempt, 'ATTEMPT_FAILED');
    await world.heard();
    const failures = await world.inbox(attempt.id);
    await sale.pay(attempt);
    const again = anew(provider, await world.message(failures.at(-1)!.id));
    expect(await world.send(provider, again)).toMatchObject({ status: 200, body: { duplicate: false } });
    await world.settle();
    expect(await sale.state()).toEqual(paidState);
  });

  testEach(
    'a message that comes after the parcel has left is answered 200, and changes nothing',
    'anything',
    async (provider) => {
      const sale = await openSale(world);
      const attempt = await sale.begin(provider);
      await sale.pay(attempt);
      const [parcel] = await world.operator.shipment.list.query({ orderId: sale.orderId }).then(({ items }) => items);
      await world.operator.shipment.dispatch.mutate({
        shipmentId: parcel!.id,
        carrier: 'Pigeon Post',
        trackingNumber: 'P-1',
      });
      for (const { id } of await world.inbox(attempt.id)) {
        const again = anew(provider, await world.message(id));
        expect(await world.send(provider, again)).toMatchObject({ status: 200, body: { duplicate: false } });
      }
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
    },
  );

  testEach(
    'a failure of the first attempt after the second one was paid changes nothing',
    'fails',
    async (provider) => {
      const sale = await openSale(world);
      const first = await sale.begin(provider);
      await sale.pay(first, 'FAILED');
      const failure = await world.message((await world.inbox(first.id))[0]!.id);
      await sale.pay(await sale.begin(provider));
      await world.send(provider, anew(provider, failure));
      await world.settle();
      expect(await sale.state()).toEqual({
        order: 'PAID',
        attention: null,
        payments: ['FAILED', 'CAPTURED'],
        refunds: [],
        stock: [3, 0],
      });
    },
  );

  testEach(
    'a capture that is told before its authorization counts, and the authorization then changes nothing',
    'authorizes',
    async (provider) => {
      const sale = await openSale(world);
      const attempt = await sale.begin(provider, { capture: 'MANUAL' });
      await world.during({ reordered: 1 }, async () => {
        await sale.agree(attempt, 'AUTHORIZED', { wait: false });
        await sale.agree(attempt, 'CAPTURED', { wait: false });
      });
      await world.settle();
      expect(await sale.state()).toEqual(paidState);
      expect(await sale.payment(attempt)).toMatchObject({ authorizedAmount: total, capturedAmount: total });
    },
  );
});

booksMustAgree(world);
