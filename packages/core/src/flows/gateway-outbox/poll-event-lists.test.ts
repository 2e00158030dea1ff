import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { leaseMs } from '../../due-work/lease.ts';
import { gatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { first, only } from '../../testing/only.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { listingGateway } from './listing-gateway.testing.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const ago = (ms: number) => new Date(Date.now() - ms);

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
const pollEventLists = async (commerce = shop.commerce) => commerce.pollEventLists(everyMs);
const query = async (text: string, values: unknown[] = []) => (await shop.database.pool.query(text, values)).rows;
const makeDue = async () => query(`update commerce.gateway_listings set due_at = now() - interval '1 second'`);
/** Makes a listing due whose last one ended `ms` ago. */
const makeDueAfter = async (ms: number) =>
  query(
    `update commerce.gateway_listings set due_at = now() - interval '1 second',
      listed_until = now() - $1::bigint * interval '1 millisecond'`,
    [ms],
  );
const readListing = async (provider = 'mock') => {
  const columns = `listed_until as "listedUntil", attempts, extract(epoch from due_at - now()) * 1000 as "dueInMs"`;
  return only(await query(`select ${columns} from commerce.gateway_listings where provider = $1`, [provider]));
};

/** Creates an order whose payment is captured, with no webhook: only the list of `bank` has the event. */
async function createPaymentWithoutWebhook(at: Date, eventId = 'evt_lost') {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  const { id: paymentId, amount, currency } = payment;
  bank.addEvent(at, { providerEventId: eventId, ...gatewayFact({ type: 'CAPTURED', paymentId, amount, currency }) });
  return orderId;
}
const statusOf = async (orderId: string) => (await shop.commerce.getOrder({ orderId })).status;

test('an outage of days loses no event: the job lists from where it ended', async () => {
  await pollEventLists();
  const orderId = await createPaymentWithoutWebhook(ago(2 * dayMs));
  await makeDueAfter(3 * dayMs);
  const stopping = new AbortController();
  const jobs = shop.commerce.runJobs(stopping.signal);
  await expect.poll(() => statusOf(orderId)).toBe('PAID');
  stopping.abort();
  await jobs;
});

test('a listing sets listedUntil to its start, and the next one begins 15 minutes before that', async () => {
  await pollEventLists();
  await makeDueAfter(dayMs);
  const startedAt = Date.now();
  await pollEventLists();
  const { listedUntil, attempts, dueInMs } = await readListing();
  expect(Math.abs(listedUntil - startedAt)).toBeLessThan(minuteMs);
  expect(attempts).toBe(0);
  expect(Number(dueInMs)).toBeGreaterThan(everyMs - minuteMs);
  expect(await pollEventLists()).toBe(0);
  expect(bank.requestedSince).toHaveLength(2);
  await makeDue();
  await pollEventLists();
  expect(bank.requestedSince[2]?.getTime()).toBe(listedUntil.getTime() - 15 * minuteMs);
});

test('the first listing of a gateway begins 15 minutes ago', async () => {
  await pollEventLists();
  expect(bank.requestedSince).toHaveLength(1);
  expect(Math.abs(first(bank.requestedSince).getTime() - ago(15 * minuteMs).getTime())).toBeLessThan(minuteMs);
});

test('an event that is listed later than newer events is found', async () => {
  await pollEventLists();
  const orderId = await createPaymentWithoutWebhook(ago(10 * minuteMs));
  await makeDue();
  expect(await pollEventLists()).toBe(1);
  expect(await statusOf(orderId)).toBe('PAID');
  await makeDue();
  expect(await pollEventLists()).toBe(0);
});

describe('a gateway that does not respond', () => {
  test('keeps its listedUntil, is retried at growing intervals and loses no event, and others are listed', async () => {
    await pollEventLists();
    await makeDueAfter(dayMs);
    const { listedUntil } = await readListing();
    const orderId = await createPaymentWithoutWebhook(ago(dayMs / 2));
    for (const delayMs of [30_000, 60_000, 120_000]) {
      bank.failNextListing();
      await expect(pollEventLists()).rejects.toThrow('nothing within');
      const row = await readListing();
      expect(row.listedUntil).toEqual(listedUntil);
      expect(Number(row.dueInMs)).toBeLessThanOrEqual(delayMs);
      expect(Number(row.dueInMs)).toBeGreaterThan(delayMs - 25_000);
      // The retry is not due yet.
      expect(await pollEventLists()).toBe(0);
      await makeDue();
    }
    expect(other.requestedSince.at(-1)?.getTime()).toBeGreaterThan(ago(20 * minuteMs).getTime());
    expect(await readListing('other')).toMatchObject({ attempts: 0 });
    expect(await pollEventLists()).toBe(1);
    expect(new Set(bank.requestedSince.slice(1).map(Number)).size).toBe(1);
    expect(await statusOf(orderId)).toBe('PAID');
    expect((await readListing()).listedUntil.getTime()).toBeGreaterThan(ago(minuteMs).getTime());
  });

  test('is retried no later than its next regular listing', async () => {
    await pollEventLists();
    await query("update commerce.gateway_listings set attempts = 40, due_at = now() - interval '1 second'");
    bank.failNextListing();
    await expect(pollEventLists()).rejects.toThrow('nothing within');
    expect(Math.abs(Number((await readListing()).dueInMs) - everyMs)).toBeLessThan(minuteMs);
  });
});

test('an event that cannot be received keeps listedUntil and blocks no other event', async () => {
  await pollEventLists();
  await makeDueAfter(dayMs);
  const { listedUntil } = await readListing();
  const [first, broken, last] = [
    await createPaymentWithoutWebhook(ago(9_000), 'evt_1'),
    await createPaymentWithoutWebhook(ago(8_000), 'x'.repeat(301)),
    await createPaymentWithoutWebhook(ago(7_000), 'evt_3'),
  ];
  await expect(pollEventLists()).rejects.toThrow();
  expect(await Promise.all([first, broken, last].map(statusOf))).toEqual(['PAID', 'PAYMENT_PENDING', 'PAID']);
  expect((await readListing()).listedUntil).toEqual(listedUntil);
});

test('a listing whose process died keeps listedUntil, and is repeated after its lease', async () => {
  await pollEventLists();
  await makeDueAfter(dayMs);
  const { listedUntil } = await readListing();
  const orderId = await createPaymentWithoutWebhook(ago(dayMs / 2));
  await query(`update commerce.gateway_listings set attempts = attempts + 1, due_at = now() + interval '5 minutes'`);
  expect(await pollEventLists()).toBe(0);
  expect((await readListing()).listedUntil).toEqual(listedUntil);
  await makeDue();
  expect(await pollEventLists()).toBe(1);
  expect(await statusOf(orderId)).toBe('PAID');
});

describe('two processes', () => {
  const createOtherProcess = () => createCommerce({ database: shop.database, gateways: [bank.gateway] });
  /** Makes the next listing wait until `release()`. */
  function blockNextListing() {
    const [started, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    bank.beforeNextListing(async () => {
      started.resolve();
      await released.promise;
    });
    return { started: started.promise, release: released.resolve };
  }

  test('list once while one of them lists', async () => {
    const { started, release } = blockNextListing();
    const firstRun = pollEventLists();
    await started;
    await pollEventLists(createOtherProcess());
    release();
    await firstRun;
    await Promise.all([pollEventLists(), pollEventLists(createOtherProcess())]);
    expect(bank.requestedSince).toHaveLength(1);
  });

  test('that start at the same time list once', async () => {
    await pollEventLists();
    await makeDue();
    await Promise.all([pollEventLists(), pollEventLists(createOtherProcess())]);
    expect(bank.requestedSince).toHaveLength(2);
  });

  test('of which one outlived its lease both set listedUntil, and only the last one ends the lease', async () => {
    await pollEventLists();
    await makeDueAfter(dayMs);
    const [slow, quick] = [blockNextListing(), blockNextListing()];
    const firstRun = pollEventLists();
    await slow.started;
    await makeDue();
    const secondRun = pollEventLists(createOtherProcess());
    await quick.started;
    slow.release();
    await firstRun;
    const { listedUntil, attempts, dueInMs } = await readListing();
    expect(listedUntil.getTime()).toBeGreaterThan(ago(minuteMs).getTime());
    expect(attempts).toBe(2);
    expect(Number(dueInMs)).toBeGreaterThan(leaseMs / 2);
    expect(Number(dueInMs)).toBeLessThanOrEqual(leaseMs);
    quick.release();
    await secondRun;
    expect(await readListing()).toMatchObject({ attempts: 0 });
    expect((await readListing()).listedUntil.getTime()).toBeGreaterThanOrEqual(listedUntil.getTime());
  });

  test.each([
    ['without an error', false],
    ['with an invalid event', true],
  ])('keep the newer listedUntil when an expired listing ends later (%s)', async (_, hasInvalidEvent) => {
    await pollEventLists();
    await makeDueAfter(dayMs);
    const slow = blockNextListing();
    const firstRun = pollEventLists();
    await slow.started;
    await makeDue();
    if (hasInvalidEvent)
      bank.addEvent(new Date(), { providerEventId: 'x'.repeat(301), ...gatewayFact({ type: 'OTHER' }) });
    await pollEventLists(createOtherProcess()).catch(() => {});
    // The first run lists the other gateway meanwhile, which may end at any time.
    const row = async () =>
      query(`select listed_until, attempts, due_at from commerce.gateway_listings where provider = 'mock'`);
    const after = await row();
    slow.release();
    await firstRun.catch(() => {});
    expect(await row()).toEqual(after);
  });
});
