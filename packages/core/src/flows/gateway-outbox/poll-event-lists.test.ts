import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { gatewayFact, type SignedEvent } from '../../gateway-inbox/gateway-event.ts';
import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const ago = (ms: number) => new Date(Date.now() - ms);

/** A gateway that lists what a test has happen there, as real ones do: from a time of its own clock on. */
function listingGateway(provider = 'mock') {
  const happened: { at: Date; event: SignedEvent }[] = [];
  const asked: Date[] = [];
  const inTurn: (() => Promise<void>)[] = [];
  const gateway: Gateway = {
    ...scriptedGateway(provider).gateway,
    async listEvents(since) {
      asked.push(since);
      await inTurn.shift()?.();
      return happened.filter(({ at }) => at >= since).map(({ event }) => event);
    },
  };
  return {
    gateway,
    asked,
    happens: (at: Date, event: SignedEvent) => {
      happened.push({ at, event });
    },
    /** What it does before it answers the next time. */
    next: (does: () => Promise<void>) => {
      inTurn.push(does);
    },
    fails: () => {
      inTurn.push(async () => {
        throw new Error('nothing within 10000 ms');
      });
    },
  };
}

let bank: ReturnType<typeof listingGateway>;
let other: ReturnType<typeof listingGateway>;
let shop: TestShop;
beforeEach(async () => {
  bank = listingGateway();
  other = listingGateway('other');
  shop = await createTestShop({ gateways: [bank.gateway, other.gateway], pollAfterMs: 50 });
});
afterEach(() => shop.close());

const everyMs = 10 * minuteMs;
const catchUp = async (commerce = shop.commerce) => commerce.pollEventLists(everyMs);
const query = async (text: string, values: unknown[] = []) => (await shop.database.pool.query(text, values)).rows;
const makeDue = async () => query(`update commerce.gateway_listings set due_at = now() - interval '1 second'`);
/** As if nobody had been able to ask since then. */
const nobodyAskedFor = async (ms: number) =>
  query(
    `update commerce.gateway_listings set due_at = now(), listed_until = now() - $1::bigint * interval '1 millisecond'`,
    [ms],
  );
const listing = async (provider = 'mock') =>
  (
    await query(
      `select listed_until as "listedUntil", attempts, extract(epoch from due_at - now()) * 1000 as "dueInMs"
    from commerce.gateway_listings where provider = $1`,
      [provider],
    )
  )[0];

/** An order whose shopper pays, of which the shop hears nothing. */
async function unheard(at: Date, eventId = 'evt_lost') {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  const { id: paymentId, amount, currency } = payment;
  bank.happens(at, { providerEventId: eventId, ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
  return orderId;
}
const statusOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).status;

test('an outage of days loses nothing: the loop goes on from where it ended', async () => {
  await catchUp();
  const orderId = await unheard(ago(2 * dayMs));
  await nobodyAskedFor(3 * dayMs);
  const stopping = new AbortController();
  const loops = shop.commerce.runJobs(stopping.signal);
  await expect.poll(() => statusOf(orderId), { timeout: 5_000 }).toBe('PAID');
  stopping.abort();
  await loops;
});

test('the mark moves to when the listing began, and the next one begins a while before it', async () => {
  await catchUp();
  await nobodyAskedFor(dayMs);
  const begun = Date.now();
  await catchUp();
  const { listedUntil, attempts, dueInMs } = await listing();
  expect(Math.abs(listedUntil - begun)).toBeLessThan(5_000);
  expect(attempts).toBe(0);
  expect(Number(dueInMs)).toBeGreaterThan(everyMs - 5_000);
  expect(await catchUp()).toBe(0);
  expect(bank.asked).toHaveLength(2);
  await makeDue();
  await catchUp();
  expect(bank.asked[2]!.getTime()).toBe(listedUntil.getTime() - 15 * minuteMs);
});

test('a gateway that is new here is asked for what happened from now on, not for the years before the shop', async () => {
  await catchUp();
  expect(bank.asked).toHaveLength(1);
  expect(Math.abs(bank.asked[0]!.getTime() - ago(15 * minuteMs).getTime())).toBeLessThan(5_000);
});

test('an event that appears in the list only after later ones were listed is found', async () => {
  await catchUp();
  const orderId = await unheard(ago(10 * minuteMs));
  await makeDue();
  expect(await catchUp()).toBe(1);
  expect(await statusOf(orderId)).toBe('PAID');
  await makeDue();
  expect(await catchUp()).toBe(0);
});

describe('a gateway that gives no answer', () => {
  test('keeps its mark, is tried again ever later, and misses nothing; the others are listed', async () => {
    await catchUp();
    await nobodyAskedFor(dayMs);
    const { listedUntil } = await listing();
    const orderId = await unheard(ago(dayMs / 2));
    for (const delayMs of [30_000, 60_000, 120_000]) {
      bank.fails();
      await expect(catchUp()).rejects.toThrow('nothing within');
      const row = await listing();
      expect(row.listedUntil).toEqual(listedUntil);
      expect(Math.abs(Number(row.dueInMs) - delayMs)).toBeLessThan(5_000);
      // Not before that.
      expect(await catchUp()).toBe(0);
      await makeDue();
    }
    expect(other.asked.at(-1)!.getTime()).toBeGreaterThan(ago(20 * minuteMs).getTime());
    expect(await listing('other')).toMatchObject({ attempts: 0 });
    expect(await catchUp()).toBe(1);
    expect(new Set(bank.asked.slice(1).map(Number)).size).toBe(1);
    expect(await statusOf(orderId)).toBe('PAID');
    expect((await listing()).listedUntil.getTime()).toBeGreaterThan(ago(minuteMs).getTime());
  });

  test('is tried again at the latest when it would have been listed anyway', async () => {
    await catchUp();
    await query('update commerce.gateway_listings set attempts = 40, due_at = now()');
    bank.fails();
    await expect(catchUp()).rejects.toThrow('nothing within');
    expect(Math.abs(Number((await listing()).dueInMs) - everyMs)).toBeLessThan(5_000);
  });
});

test('an event that can’t be taken keeps the mark, and hides none of the others', async () => {
  await catchUp();
  await nobodyAskedFor(dayMs);
  const { listedUntil } = await listing();
  const [first, broken, last] = [
    await unheard(ago(9_000), 'evt_1'),
    await unheard(ago(8_000), 'x'.repeat(301)),
    await unheard(ago(7_000), 'evt_3'),
  ];
  await expect(catchUp()).rejects.toThrow();
  expect(await Promise.all([first, broken, last].map(statusOf))).toEqual(['PAID', 'PAYMENT_PENDING', 'PAID']);
  expect((await listing()).listedUntil).toEqual(listedUntil);
});

test('a process that dies over it keeps the mark: when its lease is over, all of it is listed again', async () => {
  await catchUp();
  await nobodyAskedFor(dayMs);
  const { listedUntil } = await listing();
  const orderId = await unheard(ago(dayMs / 2));
  await query(`update commerce.gateway_listings set attempts = attempts + 1, due_at = now() + interval '5 minutes'`);
  expect(await catchUp()).toBe(0);
  expect((await listing()).listedUntil).toEqual(listedUntil);
  await makeDue();
  expect(await catchUp()).toBe(1);
  expect(await statusOf(orderId)).toBe('PAID');
});

describe('two processes', () => {
  const beside = () => createCommerce({ database: shop.database, gateways: [bank.gateway] });
  /** The next listing stands still until it is let go. */
  function standing() {
    const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    bank.next(async () => {
      begun.resolve();
      await gate.promise;
    });
    return { begun: begun.promise, letGo: gate.resolve };
  }

  test('list once', async () => {
    const { begun, letGo } = standing();
    const first = catchUp();
    await begun;
    await catchUp(beside());
    letGo();
    await first;
    await Promise.all([catchUp(), catchUp(beside())]);
    expect(bank.asked).toHaveLength(1);
  });

  test('that begin together list once', async () => {
    await catchUp();
    await makeDue();
    await Promise.all([catchUp(), catchUp(beside())]);
    expect(bank.asked).toHaveLength(2);
  });

  test('of which one outlived its lease both count, and only the last says when it is due', async () => {
    await catchUp();
    await nobodyAskedFor(dayMs);
    const [slow, quick] = [standing(), standing()];
    const first = catchUp();
    await slow.begun;
    await makeDue();
    const second = catchUp(beside());
    await quick.begun;
    slow.letGo();
    await first;
    const { listedUntil, attempts, dueInMs } = await listing();
    expect(listedUntil.getTime()).toBeGreaterThan(ago(minuteMs).getTime());
    expect(attempts).toBe(2);
    expect(Number(dueInMs)).toBeGreaterThan(4 * minuteMs);
    expect(Number(dueInMs)).toBeLessThan(6 * minuteMs);
    quick.letGo();
    await second;
    expect(await listing()).toMatchObject({ attempts: 0 });
    expect((await listing()).listedUntil.getTime()).toBeGreaterThanOrEqual(listedUntil.getTime());
  });

  test.each([
    ['with all of it', false],
    ['in vain', true],
  ])('of which one ends %s after the next one: nothing goes back', async (_, isInVain) => {
    await catchUp();
    await nobodyAskedFor(dayMs);
    const slow = standing();
    const first = catchUp();
    await slow.begun;
    await makeDue();
    if (isInVain) bank.happens(new Date(), { providerEventId: 'x'.repeat(301), ...gatewayFact({ type: 'OTHER' }) });
    await catchUp(beside()).catch(() => {});
    const row = async () =>
      query('select listed_until, attempts, due_at from commerce.gateway_listings order by provider');
    const after = await row();
    slow.letGo();
    await first.catch(() => {});
    expect(await row()).toEqual(after);
  });
});
