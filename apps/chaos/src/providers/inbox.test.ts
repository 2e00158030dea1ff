import { present, until } from '@commerce-core/api/testing';
import { describe, expect, test } from 'vitest';
import { testThatBooksAgree } from './books.testing.ts';
import { testEach, type Provider } from './providers.testing.ts';
import { createSale, paidState } from './sale.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const { operator } = world;

/** Creates a paid order and reads the message that reported the payment. */
async function createReportedSale(provider: Provider) {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  await sale.payAttempt(attempt);
  const first = present((await world.readInbox(attempt.id))[0], 'message');
  return { sale, attempt, first, message: await world.readMessage(first.id) };
}

describe('a duplicate message', () => {
  testEach('gets the first outcome and changes nothing', 'anything', async (provider) => {
    const { sale, attempt, first, message } = await createReportedSale(provider);
    const { id: eventId, effect } = first;
    expect(effect).toBe(provider === 'toss' || provider === 'portone' ? 'polls_gateway' : 'order_paid');
    expect(await world.sendMessage(provider, message)).toEqual({
      status: 200,
      body: { eventId, outcome: 'APPLIED', effect, duplicate: true },
    });
    await world.runUntilIdle();
    expect(await world.readInbox(attempt.id)).toHaveLength(1);
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('that arrives many times at once is applied once', 'anything', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await world.withFaults({ duplicate_at_once: 1, duplicate_later: 1 }, () =>
      sale.payAttempt(attempt, 'CAPTURED', { repeat: 5 }),
    );
    await world.runUntilIdle();
    expect(await world.readInbox(attempt.id)).toHaveLength(1);
    expect(await sale.readState()).toEqual(paidState);
  });

  testEach('under another id changes nothing', 'numbersMessages', async (provider) => {
    const sale = await createSale(world);
    const attempt = await sale.beginAttempt(provider);
    await world.withFaults({ two_ids: 1 }, () => sale.payAttempt(attempt));
    await world.runUntilIdle();
    const effects = (await world.readInbox(attempt.id)).map(({ effect }) => effect);
    expect(effects).toEqual(
      provider === 'portone' ? ['polls_gateway', 'polls_gateway'] : ['order_paid', 'already_approved'],
    );
    expect(await sale.readState()).toEqual(paidState);
  });
});

testEach(
  'a known id with other content is a CONFLICT: both are stored and the order needs attention',
  'numbersMessages',
  async (provider) => {
    const { sale, attempt, first, message } = await createReportedSale(provider);
    const other =
      provider === 'portone'
        ? message.body.replace(attempt.id, crypto.randomUUID())
        : message.body.replaceAll('2000', '2001');
    expect(other).not.toBe(message.body);
    for (const _ of [1, 2]) {
      expect(await world.sendMessage(provider, { ...message, body: other })).toMatchObject({
        status: 200,
        body: { outcome: 'CONFLICT' },
      });
    }
    const { items } = await operator.gatewayEvent.list.query({ provider, limit: 100 });
    const stored = items.filter(({ providerEventId }) => providerEventId === first.providerEventId);
    expect(stored.map(({ outcome }) => outcome).toSorted()).toEqual(['APPLIED', 'CONFLICT']);
    expect(await sale.readState()).toEqual({ ...paidState, attention: 'event_conflict' });
    expect(await world.sendMessage(provider, message)).toMatchObject({ body: { outcome: 'APPLIED', duplicate: true } });
    await operator.order.clearAttention.mutate({ orderId: sale.orderId });
  },
);

describe('a message about an unknown payment', () => {
  testEach(
    'is stored, retried and finally PARKED; an operator may redrive or dismiss it',
    'signs',
    async (provider) => {
      const sale = await createSale(world);
      const attempt = await sale.beginAttempt(provider);
      await world.withFaults({ unknown_payment: 1 }, () => sale.payAttempt(attempt));
      await world.runUntilIdle();
      const readUnmatched = async () =>
        (await operator.gatewayEvent.list.query({ provider, outcome: 'UNMATCHED' })).items;
      const [message, ...more] = await readUnmatched();
      expect(more).toEqual([]);
      expect(message).toMatchObject({ attempts: 1, dueAt: expect.any(String) });
      const { id: gatewayEventId } = present(message, 'message');
      const readOutcome = async () => (await operator.gatewayEvent.get.query({ gatewayEventId })).outcome;

      await until(async () => {
        await world.retryMessages();
        return (await readOutcome()) === 'PARKED';
      });
      expect(await operator.gatewayEvent.get.query({ gatewayEventId })).toMatchObject({ attempts: 8, dueAt: null });
      await operator.gatewayEvent.redrive.mutate({ gatewayEventId });
      await world.retryMessages();
      expect(await readOutcome()).toBe('UNMATCHED');
      await operator.gatewayEvent.dismiss.mutate({ gatewayEventId });
      expect(await readOutcome()).toBe('DISMISSED');
      expect(await sale.readState()).toEqual(paidState);
    },
  );

  test('toss: is dropped, because anyone could have sent it', async () => {
    const { attempt, message } = await createReportedSale('toss');
    const body = message.body.replaceAll(attempt.id, crypto.randomUUID());
    expect(await world.sendMessage('toss', { ...message, body })).toEqual({
      status: 200,
      body: { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false },
    });
    expect((await operator.gatewayEvent.list.query({ provider: 'toss', outcome: 'UNMATCHED' })).items).toEqual([]);
  });
});

test('toss: a forged message about a known payment only makes the shop poll and moves no money', async () => {
  const { attempt: other, message } = await createReportedSale('toss');
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt('toss');
  const forged = message.body.replaceAll(other.id, attempt.id);
  expect(await world.sendMessage('toss', { ...message, body: forged })).toMatchObject({
    status: 200,
    body: { effect: 'polls_gateway' },
  });
  await world.runUntilIdle();
  expect(await sale.readState()).toMatchObject({ order: 'PAYMENT_PENDING', payments: ['CREATED'], stock: [5, 2] });
  await sale.payAttempt(attempt);
  expect(await sale.readState()).toEqual(paidState);
});

testEach('a message of an unknown type is stored and changes nothing', 'anything', async (provider) => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider);
  await world.withFaults({ unknown_type: 1 }, () => sale.payAttempt(attempt));
  await world.runUntilIdle();
  const { items } = await operator.gatewayEvent.list.query({ provider, outcome: 'IGNORED_UNKNOWN' });
  expect(items).toHaveLength(provider === 'toss' ? 0 : 1);
  expect(await sale.readState()).toEqual(paidState);
});

describe('a signature', () => {
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

  testEach(
    'that is wrong, too old or from the future is refused, and the message is not stored',
    'signs',
    async (provider) => {
      const { attempt, message } = await createReportedSale(provider);
      const refusals = [
        await world.sendMessage(provider, message, { secret: 'foreign' }),
        await world.sendMessage(provider, message, { at: minutes(-6) }),
        await world.sendMessage(provider, message, { at: minutes(6) }),
        await world.sendMessage(provider, { ...message, body: `${message.body} ` }, { at: new Date(0) }),
      ];
      for (const { status, body } of refusals)
        expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'invalid_signature' });
      expect(new Set(refusals.map(({ body }) => body.error.message)).size).toBe(1);
      expect(await world.readInbox(attempt.id)).toHaveLength(1);
    },
  );

  testEach('with the old secret, or up to four minutes from now, is accepted', 'signs', async (provider) => {
    const { message } = await createReportedSale(provider);
    for (const how of [{ secret: 'old' as const }, { at: minutes(-4) }, { at: minutes(4) }]) {
      expect(await world.sendMessage(provider, message, how)).toMatchObject({ status: 200, body: { duplicate: true } });
    }
  });

  testEach('that is valid for a body that is not an event is refused', 'anything', async (provider) => {
    for (const body of ['{"type":', '[]', '"text"']) {
      expect(await world.sendMessage(provider, { id: 'evt_1', body })).toMatchObject({
        status: 400,
        body: { error: { code: 'malformed_event' } },
      });
    }
  });
});

testThatBooksAgree(world);
