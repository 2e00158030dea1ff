import { randomUUID } from 'node:crypto';
import { cloudEvent, createCommerce, type Commerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import type { CloudEvent } from '@commerce-core/core/sink';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { natsServer, startNatsServer, type TestNatsServer } from './nats-server.testing.ts';
import { readNatsStream } from './nats-stream.testing.ts';
import { natsSink } from './sink.ts';

if (natsServer === undefined)
  console.warn(
    '\n*** SKIPPED: the tests of the NATS sink. nats-server is not installed (apt-get install nats-server). ***\n',
  );

const stream = 'commerce-events';

describe.skipIf(natsServer === undefined)('the NATS sink', () => {
  let server: TestNatsServer;
  let database: TestDatabase;
  let commerce: Commerce;
  const closing: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    server = await startNatsServer();
    database = await openTestDatabase();
    commerce = createCommerce({ database, sinks: [natsSink({ url: server.url })] });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await commerce.closeEventSinks();
    await database.drop();
    await server.stop();
  });

  /** Records events and numbers them. Returns the bytes of the whole log, in the order of positions. */
  async function recordEvents(products: number): Promise<string[]> {
    for (let count = 0; count < products; count += 1)
      await commerce.createProduct({ sku: randomUUID(), name: 'Thing', priceAmount: 1_000, currency: 'KRW' });
    await commerce.numberEvents();
    return (await commerce.listEvents({ limit: 500 })).items.map((event) => JSON.stringify(cloudEvent(event)));
  }

  async function publishAll(): Promise<void> {
    await database.pool.query("update commerce.event_sinks set due_at = now() - interval '1 second'");
    await commerce.publishEvents('nats');
  }

  const readStream = async () => readNatsStream(server.url, stream);
  const bodies = async () => (await readStream()).map(({ body }) => body);

  test('creates its stream, and stores each event once with its id, type and bytes', async () => {
    const log = await recordEvents(3);
    await publishAll();
    const stored = await readStream();
    expect(stored.map(({ body }) => body)).toEqual(log);
    expect(stored[0]).toMatchObject({
      subject: 'commerce.events.product.created',
      id: JSON.parse(log[0] ?? '').id,
      type: 'application/cloudevents+json',
    });
    expect(await commerce.republishEvents({ sink: 'nats', from: '0' })).toMatchObject({ lagEvents: 3 });
    await publishAll();
    expect(await bodies()).toEqual(log);
  });

  test('a broker that was killed gets what was recorded meanwhile, in order and once', async () => {
    await recordEvents(2);
    await publishAll();
    await server.kill();
    const log = await recordEvents(5);
    await expect(publishAll()).rejects.toThrow();
    expect((await commerce.listEventSinks())[0]).toMatchObject({ attempts: 1, lagEvents: 5 });
    await server.restart();
    await publishAll();
    expect(await bodies()).toEqual(log);
  });

  test('a broker that was killed while it stored a batch has every event, in order and once', async () => {
    const log = await recordEvents(60);
    const publishing = publishAll().catch(() => {});
    await expect.poll(async () => (await commerce.listEventSinks()).length).toBe(1);
    await server.kill();
    await publishing;
    await server.restart();
    await publishAll();
    expect(await bodies()).toEqual(log);
  });

  test('a broker that lost its data has every event with its id after a republish', async () => {
    await recordEvents(4);
    await publishAll();
    await server.kill();
    server.loseData();
    await server.restart();
    const log = await recordEvents(2);
    await publishAll().catch(publishAll);
    expect(await bodies()).toEqual(log.slice(4));
    await commerce.republishEvents({ sink: 'nats', from: '0' });
    await publishAll();
    expect((await bodies()).toSorted()).toEqual(log.toSorted());
  });

  test('repeats behind a stranger’s message are ignored, and what is new follows in order', async () => {
    const sink = natsSink({ url: server.url });
    closing.push(() => sink.close?.() ?? Promise.resolve());
    const log = (await recordEvents(8)).map((text) => JSON.parse(text) as CloudEvent);
    await sink.publish(log.slice(0, 5));
    const nats = await connect({ servers: server.url });
    await jetstream(nats).publish('commerce.events.stranger', 'hello');
    await nats.close();
    await sink.publish(log.slice(3));
    const ids = log.map(({ id }) => id);
    expect((await readStream()).map(({ id }) => id || 'stranger')).toEqual([
      ...ids.slice(0, 5),
      'stranger',
      ...ids.slice(5),
    ]);
  });

  test('an event that can not be stored leaves no gap: nothing behind it is stored', async () => {
    const sink = natsSink({ url: server.url });
    closing.push(() => sink.close?.() ?? Promise.resolve());
    const log = (await recordEvents(6)).map((text) => JSON.parse(text) as CloudEvent);
    const tooLarge = { ...log[3], data: { name: 'x'.repeat(2_000_000) } } as CloudEvent;
    await expect(sink.publish(log.with(3, tooLarge))).rejects.toThrow(/payload/i);
    expect((await readStream()).map(({ id }) => id)).toEqual(log.slice(0, 3).map(({ id }) => id));
    await sink.publish(log);
    expect((await readStream()).map(({ id }) => id)).toEqual(log.map(({ id }) => id));
  });

  test('says what is missing: a server, JetStream, or a subject of its own', async () => {
    await recordEvents(1);
    const failureOf = async (url: string, other?: string): Promise<string> => {
      const sink = natsSink({ url, ...(other !== undefined && { stream: other }) });
      const error: unknown = await sink.publish([]).catch((reason: unknown) => reason);
      await sink.close?.();
      return error instanceof Error ? error.message : 'published';
    };
    expect(await failureOf(server.url)).toBe('published');
    expect(await failureOf(server.url, 'other')).toContain(
      `the NATS stream ${stream} has the subjects commerce.events.>`,
    );
    const plain = await startNatsServer([]);
    closing.push(plain.stop);
    expect(await failureOf(plain.url)).toContain('no JetStream');
    await plain.stop();
    expect(await failureOf(plain.url)).toMatch(/refused/i);
  });
});
