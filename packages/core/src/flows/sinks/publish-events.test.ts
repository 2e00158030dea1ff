import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../../commerce.ts';
import { withTransaction } from '../../database/transaction.ts';
import { cloudEvent } from '../../events/cloud-event.ts';
import type { EventSink } from '../../sinks/port.ts';
import { claimSink, rewindSink } from '../../sinks/sink-repository.ts';
import { sinkLeaseMs } from '../../sinks/sink.ts';
import { first } from '../../testing/only.ts';
import { createRecordingSink } from '../../testing/recording-sink.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeEach(async () => {
  shop = await createTestShop();
});
afterEach(() => shop.close());

const shopWith = (...sinks: EventSink[]): Commerce => createCommerce({ database: shop.database, sinks });

/** Records events and numbers them. Returns the bytes of all events of the log, in the order of their positions. */
async function recordEvents(products: number): Promise<string[]> {
  for (let count = 0; count < products; count += 1) await shop.createTestProduct({ quantity: 1 });
  await shop.commerce.numberEvents();
  const { items } = await shop.commerce.listEvents({ limit: 500 });
  return items.map((event) => JSON.stringify(cloudEvent(event)));
}
const bytesOf = (events: readonly object[]): string[] => events.map((event) => JSON.stringify(event));
// A second ago: a column of milliseconds rounds now() up.
const endPause = async () =>
  shop.database.pool.query(`update commerce.event_sinks set due_at = now() - interval '1 second'`);

test('a sink gets every event of the log once, in the order of positions, and then only new ones', async () => {
  const sink = createRecordingSink('log');
  const commerce = shopWith(sink);
  const log = await recordEvents(10);
  expect(await commerce.publishEvents('log')).toBe(20);
  expect(bytesOf(sink.stored)).toEqual(log);
  expect(await commerce.publishEvents('log')).toBe(0);
  const longer = await recordEvents(1);
  expect(await commerce.publishEvents('log')).toBe(2);
  expect(bytesOf(sink.stored)).toEqual(longer);
  expect(first(await commerce.listEventSinks())).toMatchObject({ position: '1.22', lagEvents: 0, lagSeconds: 0 });
});

test('the events of a sink have the source of the shop', async () => {
  const sink = createRecordingSink('log');
  const source = 'https://shop.example';
  const loadSender = async () => Promise.reject(new Error('there is no endpoint'));
  const commerce = createCommerce({ database: shop.database, sinks: [sink], webhooks: { loadSender, source } });
  await recordEvents(1);
  await commerce.publishEvents('log');
  expect(sink.stored.map((event) => event.source)).toEqual([source, source]);
});

test('a long log is published in batches of 500', async () => {
  const sink = createRecordingSink('log');
  await shop.createTestProducts(600, 1);
  await shop.commerce.numberEvents();
  expect(await shopWith(sink).publishEvents('log')).toBe(1_200);
  expect(sink.batches).toEqual([500, 500, 200]);
});

describe('a sink that fails', () => {
  test('gets the same bytes again after a pause, in smaller batches, and the failure is listed', async () => {
    let isDown = true;
    const sent: string[][] = [];
    const sink = createRecordingSink('broker', (events) => {
      sent.push(bytesOf(events));
      if (isDown) throw new Error('connection refused');
    });
    const commerce = shopWith(sink);
    await shop.createTestProducts(300, 1);
    await shop.commerce.numberEvents();
    await expect(commerce.publishEvents('broker')).rejects.toThrow('connection refused');
    expect(await commerce.publishEvents('broker')).toBe(0);
    expect(first(await commerce.listEventSinks())).toMatchObject({
      position: '0',
      lagEvents: 600,
      attempts: 1,
      failure: 'connection refused',
    });
    isDown = false;
    await endPause();
    expect(await commerce.publishEvents('broker')).toBe(600);
    expect(sent.map(({ length }) => length)).toEqual([500, 250, 350]);
    expect(sent[1]).toEqual(sent[0]?.slice(0, 250));
    expect(first(await commerce.listEventSinks())).toMatchObject({ attempts: 0, failure: null, position: '1.600' });
  });

  test('pauses longer after each failure, up to 30 s', async () => {
    const commerce = shopWith(createRecordingSink('broker', () => Promise.reject(new Error('down'))));
    await recordEvents(1);
    const pauses = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await expect(commerce.publishEvents('broker')).rejects.toThrow('down');
      const { rows } = await shop.database.pool.query<{ pause: number }>(
        'select extract(epoch from due_at - now())::float8 as pause from commerce.event_sinks',
      );
      pauses.push(first(rows).pause);
      await endPause();
    }
    expect(first(pauses)).toBeLessThanOrEqual(0.25);
    expect(pauses.at(-1)).toBeGreaterThan(20);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30);
  });

  test('stops no other sink and no order', async () => {
    const healthy = createRecordingSink('healthy');
    const end = Promise.withResolvers<void>();
    const hanging = createRecordingSink('hanging', () => end.promise);
    const failing = createRecordingSink('failing', () => Promise.reject(new Error('down')));
    const stop = new AbortController();
    const running = shopWith(hanging, failing, healthy).runJobs(stop.signal);
    const productId = await shop.createTestProduct();
    const { payment } = await shop.createPendingOrder({ [productId]: 1 });
    await shop.sendWebhook('CAPTURED', payment);
    await expect.poll(() => healthy.stored.map(({ type }) => type)).toContain('order.paid');
    expect(failing.stored).toEqual([]);
    expect(hanging.stored).toEqual([]);
    stop.abort();
    end.resolve();
    await running;
  });
});

describe('several workers', () => {
  test('one publishes at a time, and each event goes out once', async () => {
    const sink = createRecordingSink('log', async () => shop.database.pool.query('select pg_sleep(0.05)'));
    const log = await recordEvents(40);
    const workers = Array.from({ length: 4 }, () => shopWith(sink));
    while (sink.stored.length < log.length) await Promise.all(workers.map((one) => one.publishEvents('log')));
    expect(sink.runningMax).toBe(1);
    expect(bytesOf(sink.stored)).toEqual(log);
  });

  test('one that was killed is replaced within 10 seconds', async () => {
    const log = await recordEvents(2);
    // A claim of which no more is heard: what a killed process leaves behind.
    expect(await withTransaction(shop.database, async (tx) => claimSink(tx, 'log', sinkLeaseMs))).toMatchObject({
      name: 'log',
      position: 0,
    });
    const killedAt = performance.now();
    const sink = createRecordingSink('log');
    const stop = new AbortController();
    const running = shopWith(sink).runJobs(stop.signal);
    await expect.poll(() => bytesOf(sink.stored)).toEqual(log);
    expect(performance.now() - killedAt).toBeLessThan(10_000);
    stop.abort();
    await running;
  });

  test('one that slept does not move the cursor of its successor', async () => {
    const log = await recordEvents(3);
    const woken = Promise.withResolvers<void>();
    const asleep = Promise.withResolvers<void>();
    const sleeper = createRecordingSink('log', async () => {
      asleep.resolve();
      await woken.promise;
    });
    const sleeping = shopWith(sleeper).publishEvents('log', 1);
    await asleep.promise;
    await endPause();
    const successor = createRecordingSink('log');
    await shopWith(successor).publishEvents('log');
    const longer = await recordEvents(1);
    await shopWith(successor).publishEvents('log');
    const { rows: before } = await shop.database.pool.query('select * from commerce.event_sinks');
    woken.resolve();
    await sleeping;
    const { rows: after } = await shop.database.pool.query('select * from commerce.event_sinks');
    expect(after).toEqual(before);
    expect(bytesOf(successor.stored)).toEqual(longer);
    // What the sleeper sent late are repeats, with the same bytes.
    expect(bytesOf(sleeper.stored)).toEqual(log);
  });
});

describe('republishing', () => {
  test('sends everything behind a position again, with the same bytes', async () => {
    const sink = createRecordingSink('broker');
    const commerce = shopWith(sink);
    const log = await recordEvents(4);
    await commerce.publishEvents('broker');
    expect(await commerce.republishEvents({ sink: 'broker', from: '0' })).toMatchObject({
      position: '0',
      lagEvents: 8,
    });
    expect(await commerce.publishEvents('broker')).toBe(8);
    await commerce.republishEvents({ sink: 'broker', from: '1.6' });
    expect(await commerce.publishEvents('broker')).toBe(2);
    expect(bytesOf(sink.stored)).toEqual([...log, ...log, ...log.slice(6)]);
  });

  test('takes the sink from a worker that is publishing', async () => {
    const republished = Promise.withResolvers<void>();
    const sink: EventSink = { name: 'broker', publish: async () => republished.promise };
    const commerce = shopWith(sink);
    await recordEvents(2);
    const publishing = commerce.publishEvents('broker');
    await expect
      .poll(async () => errorCodeOf(commerce.republishEvents({ sink: 'broker', from: '0' })))
      .toBe('accepted');
    republished.resolve();
    await publishing;
    expect(first(await commerce.listEventSinks()).position).toBe('0');
  });

  test('refuses an unknown sink, a position that the log does not have, and a text that is no position', async () => {
    const commerce = shopWith(createRecordingSink('broker'));
    await recordEvents(1);
    await commerce.publishEvents('broker');
    const codeOf = (sink: string, from: string) => errorCodeOf(commerce.republishEvents({ sink, from }));
    expect(await codeOf('other', '0')).toBe('event_sink_not_found');
    expect(await codeOf('broker', '1.3')).toBe('position_not_found');
    expect(await codeOf('broker', '2.1')).toBe('position_not_found');
    expect(await codeOf('broker', 'now')).toBe('validation_failed');
    expect(first(await commerce.listEventSinks()).position).toBe('1.2');
  });
});

test('a cursor beyond a log that was restored goes back to the last common position', async () => {
  const sink = createRecordingSink('log');
  const commerce = shopWith(sink);
  const log = await recordEvents(3);
  await commerce.publishEvents('log');
  await withTransaction(shop.database, async (tx) => rewindSink(tx, 'log', { epoch: 1, number: 50 }));
  await commerce.publishEvents('log');
  expect(first(await commerce.listEventSinks())).toMatchObject({ position: '1.6', lagEvents: 0 });
  const longer = await recordEvents(1);
  await commerce.publishEvents('log');
  expect(bytesOf(sink.stored)).toEqual(longer);
  expect(longer.slice(0, 6)).toEqual(log);
});

test('sinks with one name, and a name that is not plain, are refused at the start', () => {
  expect(() => shopWith(createRecordingSink('a'), createRecordingSink('a'))).toThrow('the same name');
  expect(() => shopWith(createRecordingSink('A sink'))).toThrow('is no name of an event sink');
});
