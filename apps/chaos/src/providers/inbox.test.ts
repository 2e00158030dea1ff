import { until } from '@commerce-core/api/testing';
import { describe, expect, test } from 'vitest';
import { booksMustAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { openSale, paidState } from './sale.testing.ts';
import { openWorld } from './world.testing.ts';

const world = await openWorld();
const { operator } = world;

/** A paid order, and the message by which the shop heard of it. */
async function heardOf(provider: Provider) {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  await sale.pay(attempt);
  const first = (await world.inbox(attempt.id))[0]!;
  return { sale, attempt, first, message: await world.message(first.id) };
}

describe('the same message again', () => {
  testEach('gets the first answer, and does nothing', 'anything', async (provider) => {
    const { sale, attempt, first, message } = await heardOf(provider);
    const { id: eventId, effect } = first;
    expect(effect).toBe(provider === 'toss' || provider === 'portone' ? 'polls_gateway' : 'order_paid');
    expect(await world.send(provider, message)).toEqual({
      status: 200,
      body: { eventId, outcome: 'APPLIED', effect, duplicate: true },
    });
    await world.settle();
    expect(await world.inbox(attempt.id)).toHaveLength(1);
    expect(await sale.state()).toEqual(paidState);
  });

  testEach('many times at one moment counts once', 'anything', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    await world.during({ duplicate_at_once: 1, duplicate_later: 1 }, () =>
      sale.pay(attempt, 'CAPTURED', { repeat: 5 }),
    );
    await world.settle();
    expect(await world.inbox(attempt.id)).toHaveLength(1);
    expect(await sale.state()).toEqual(paidState);
  });

  testEach('under another id changes nothing', 'numbersMessages', async (provider) => {
    const sale = await openSale(world);
    const attempt = await sale.begin(provider);
    await world.during({ two_ids: 1 }, () => sale.pay(attempt));
    await world.settle();
    const effects = (await world.inbox(attempt.id)).map(({ effect }) => effect);
    expect(effects).toEqual(
      provider === 'portone' ? ['polls_gateway', 'polls_gateway'] : ['order_paid', 'already_approved'],
    );
    expect(await sale.state()).toEqual(paidState);
  });
});

testEach(
  'the same id with other content is a CONFLICT: the first counts, both are kept, and a person is told',
  'numbersMessages',
  async (provider) => {
    const { sale, attempt, first, message } = await heardOf(provider);
    const other =
      provider === 'portone'
        ? message.body.replace(attempt.id, crypto.randomUUID())
        : message.body.replaceAll('2000', '2001');
    expect(other).not.toBe(message.body);
    for (const _ of [1, 2]) {
      expect(await world.send(provider, { ...message, body: other })).toMatchObject({
        status: 200,
        body: { outcome: 'CONFLICT' },
      });
    }
    const { items } = await operator.gatewayEvent.list.query({ provider, limit: 100 });
    const kept = items.filter(({ providerEventId }) => providerEventId === first.providerEventId);
    expect(kept.map(({ outcome }) => outcome).toSorted()).toEqual(['APPLIED', 'CONFLICT']);
    expect(await sale.state()).toEqual({ ...paidState, attention: 'event_conflict' });
    expect(await world.send(provider, message)).toMatchObject({ body: { outcome: 'APPLIED', duplicate: true } });
    await operator.order.clearAttention.mutate({ orderId: sale.orderId });
  },
);

describe('a message about a payment that nobody knows', () => {
  testEach(
    'is kept, tried again, and PARKED in the end; an operator may redrive or dismiss it',
    'signs',
    async (provider) => {
      const sale = await openSale(world);
      const attempt = await sale.begin(provider);
      await world.during({ unknown_payment: 1 }, () => sale.pay(attempt));
      await world.settle();
      const unmatched = async () => (await operator.gatewayEvent.list.query({ provider, outcome: 'UNMATCHED' })).items;
      const [stranger, ...more] = await unmatched();
      expect(more).toEqual([]);
      expect(stranger).toMatchObject({ attempts: 1, dueAt: expect.any(String) });
      const gatewayEventId = stranger!.id;
      const now = async () => (await operator.gatewayEvent.get.query({ gatewayEventId })).outcome;

      await until(async () => {
        await world.retryAgain();
        return (await now()) === 'PARKED';
      });
      expect(await operator.gatewayEvent.get.query({ gatewayEventId })).toMatchObject({ attempts: 8, dueAt: null });
      await operator.gatewayEvent.redrive.mutate({ gatewayEventId });
      await world.retryAgain();
      expect(await now()).toBe('UNMATCHED');
      await operator.gatewayEvent.dismiss.mutate({ gatewayEventId });
      expect(await now()).toBe('DISMISSED');
      expect(await sale.state()).toEqual(paidState);
    },
  );

  test('toss: is dropped, because anybody could have sent it', async () => {
    const { attempt, message } = await heardOf('toss');
    const body = message.body.replaceAll(attempt.id, crypto.randomUUID());
    expect(await world.send('toss', { ...message, body })).toEqual({
      status: 200,
      body: { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false },
    });
    expect((await operator.gatewayEvent.list.query({ provider: 'toss', outcome: 'UNMATCHED' })).items).toEqual([]);
  });
});

test('toss: a forged message about a payment that we know only makes the shop ask, and brings no money', async () => {
  const { attempt: other, message } = await heardOf('toss');
  const sale = await openSale(world);
  const attempt = await sale.begin('toss');
  const forged = message.body.replaceAll(other.id, attempt.id);
  expect(await world.send('toss', { ...message, body: forged })).toMatchObject({
    status: 200,
    body: { effect: 'polls_gateway' },
  });
  await world.settle();
  expect(await sale.state()).toMatchObject({ order: 'PAYMENT_PENDING', payments: ['CREATED'], stock: [5, 2] });
  await sale.pay(attempt);
  expect(await sale.state()).toEqual(paidState);
});

testEach('a type of message that is new is kept, and does nothing', 'anything', async (provider) => {
  const sale = await openSale(world);
  const attempt = await sale.begin(provider);
  await world.during({ unknown_type: 1 }, () => sale.pay(attempt));
  await world.settle();
  const { items } = await operator.gatewayEvent.list.query({ provider, outcome: 'IGNORED_UNKNOWN' });
  expect(items).toHaveLength(provider === 'toss' ? 0 : 1);
  expect(await sale.state()).toEqual(paidState);
});

describe('a signature', () => {
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

  testEach(
    'that is wrong, too old or from the future is refused, and nothing of the message is kept',
    'signs',
    async (provider) => {
      const { attempt, message } = await heardOf(provider);
      const refusals = [
        await world.send(provider, message, { secret: 'foreign' }),
        await world.send(provider, message, { at: minutes(-6) }),
        await world.send(provider, message, { at: minutes(6) }),
        await world.send(provider, { ...message, body: `${message.body} ` }, { at: new Date(0) }),
      ];
      for (const { status, body } of refusals)
        expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'invalid_signature' });
      expect(new Set(refusals.map(({ body }) => body.error.message)).size).toBe(1);
      expect(await world.inbox(attempt.id)).toHaveLength(1);
    },
  );

  testEach(
    'with the secret that is being rotated out counts, as does one of four minutes ago',
    'signs',
    async (provider) => {
      const { message } = await heardOf(provider);
      for (const how of [{ secret: 'old' as const }, { at: minutes(-4) }, { at: minutes(4) }]) {
        expect(await world.send(provider, message, how)).toMatchObject({ status: 200, body: { duplicate: true } });
      }
    },
  );

  testEach('that is right under a body that isn’t the gateway’s is refused', 'anything', async (provider) => {
    for (const body of ['{"type":', '[]', '"text"']) {
      expect(await world.send(provider, { id: 'evt_1', body })).toMatchObject({
        status: 400,
        body: { error: { code: 'malformed_event' } },
      });
    }
  });
});

booksMustAgree(world);
