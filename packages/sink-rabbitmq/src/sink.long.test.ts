import { randomUUID } from 'node:crypto';
import { cloudEvent, createCommerce, type Commerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { Connection } from 'rabbitmq-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rabbitmqServer, startRabbitmqServer, type TestRabbitmqServer } from './rabbitmq-server.testing.ts';
import { rabbitmqSink } from './sink.ts';

if (rabbitmqServer === undefined)
  console.warn(
    '\n*** SKIPPED: the tests of the RabbitMQ sink. rabbitmq-server is not installed (apt-get install ' +
      'rabbitmq-server). ***\n',
  );

describe.skipIf(rabbitmqServer === undefined)('the RabbitMQ sink', () => {
  let server: TestRabbitmqServer;
  let database: TestDatabase;
  let commerce: Commerce;
  beforeAll(async () => {
    server = await startRabbitmqServer();
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    database = await openTestDatabase();
    commerce = createCommerce({ database, sinks: [rabbitmqSink({ url: server.url })] });
  });
  afterEach(async () => {
    await commerce.closeEventSinks();
    await database.drop();
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
    await commerce.publishEvents('rabbitmq');
  }

  /** Runs `work` with a connection of a consumer. */
  async function asConsumer<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = new Connection(server.url);
    connection.on('error', () => {});
    try {
      await connection.onConnect(30_000);
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  /** Binds a durable queue to all events, or those of a pattern. */
  const bindQueue = async (queue: string, routingKey = '#') =>
    asConsumer(async (connection) => {
      await connection.exchangeDeclare({ exchange: 'commerce.events', type: 'topic', durable: true });
      await connection.queueDeclare({ queue, durable: true });
      await connection.queueBind({ queue, exchange: 'commerce.events', routingKey });
    });

  /** Takes all messages out of a queue. */
  const drainQueue = async (queue: string) =>
    asConsumer(async (connection) => {
      const found = [];
      for (;;) {
        const message = await connection.basicGet({ queue, noAck: true });
        if (!message) return found;
        // A body of a content type that the library doesn't know is a Buffer.
        found.push({ ...message, body: (message.body as Buffer).toString() });
      }
    });

  test('a queue gets each event with its id, type and bytes, by the type that it is bound to', async () => {
    await bindQueue('all');
    await bindQueue('products', 'product.*');
    await bindQueue('orders', 'order.*');
    const log = await recordEvents(3);
    await publishAll();
    const stored = await drainQueue('all');
    expect(stored.map(({ body }) => body)).toEqual(log);
    expect(stored[0]).toMatchObject({
      messageId: JSON.parse(log[0] ?? '').id,
      routingKey: 'product.created',
      type: 'product.created',
      contentType: 'application/cloudevents+json',
      durable: true,
    });
    expect(await drainQueue('products')).toHaveLength(3);
    expect(await drainQueue('orders')).toEqual([]);
    await commerce.republishEvents({ sink: 'rabbitmq', from: '0' });
    await publishAll();
    expect((await drainQueue('all')).map(({ body }) => body)).toEqual(log);
  });

  test('a broker that was killed gets what was recorded meanwhile, in order', async () => {
    await bindQueue('killed');
    await recordEvents(2);
    await publishAll();
    await server.kill();
    const log = await recordEvents(5);
    await expect(publishAll()).rejects.toThrow();
    expect((await commerce.listEventSinks())[0]).toMatchObject({ attempts: 1, lagEvents: 5 });
    await server.restart();
    // A broker that is starting accepts messages before it knows its bindings again, and drops them then.
    await bindQueue('killed');
    await publishAll();
    expect((await drainQueue('killed')).map(({ body }) => body)).toEqual(log);
  });

  test('a broker that lost its data gets every event with its id by a republish', async () => {
    await bindQueue('lost');
    await recordEvents(4);
    await publishAll();
    await server.kill();
    server.loseData();
    await server.restart();
    await bindQueue('lost');
    const log = await recordEvents(2);
    await publishAll().catch(publishAll);
    expect((await drainQueue('lost')).map(({ body }) => body)).toEqual(log.slice(4));
    await commerce.republishEvents({ sink: 'rabbitmq', from: '0' });
    await publishAll();
    expect((await drainQueue('lost')).map(({ body }) => body)).toEqual(log);
  });

  test('says when no server listens, or the server refuses the password', async () => {
    const failureOf = async (url: string): Promise<string> => {
      const error: unknown = await rabbitmqSink({ url })
        .publish([])
        .catch((reason: unknown) => reason);
      return error instanceof Error ? error.message : 'published';
    };
    expect(await failureOf(server.url)).toBe('published');
    expect(await failureOf('amqp://127.0.0.1:1')).toMatch(/refused/i);
    expect(await failureOf(server.url.replace('guest:guest', 'guest:wrong'))).toMatch(/refused/i);
  });
});
