import type { CloudEvent, EventSink } from '@commerce-core/core/sink';
import { Connection, type Publisher } from 'rabbitmq-client';

/** `url` is `amqp://user:password@host:5672/vhost`, or `amqps://…`. */
export type RabbitmqSinkOptions = { url: string; exchange?: string | undefined };

const connectTimeoutMs = 5_000;

type Publishing = { connection: Connection; publisher: Publisher };

/**
 * Publishes events to a durable topic exchange, `commerce.events` by default, one persistent message an event: the
 * routing key is the type (like `order.paid`), the body the CloudEvent in JSON, the message id the event's id. An event
 * counts as stored when the broker confirms it. The exchange is created if it is missing; binding queues to it is the
 * consumers' part, and an event that no queue takes is dropped by the broker.
 */
export function rabbitmqSink({ url, exchange = 'commerce.events' }: RabbitmqSinkOptions): EventSink {
  let opened: Promise<Publishing> | undefined;
  const close = async (): Promise<void> => {
    const closing = opened;
    opened = undefined;
    await closing?.then(
      ({ connection }) => connection.unsafeDestroy(),
      () => {},
    );
  };
  return {
    name: 'rabbitmq',
    async publish(events) {
      opened ??= open(url, exchange);
      try {
        const { publisher } = await opened;
        const confirmed = await Promise.allSettled(events.map(async (event) => send(publisher, exchange, event)));
        const failed = confirmed.find((result) => result.status === 'rejected');
        if (failed) throw failed.reason;
      } catch (error) {
        // The next publish connects and declares the exchange again, which a broker may have lost.
        await close();
        throw error;
      }
    },
    close,
  };
}

async function open(url: string, exchange: string): Promise<Publishing> {
  const connection = new Connection({ url, connectionName: 'commerce-core', connectionTimeout: connectTimeoutMs });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // The library connects again by itself, and reports each failure here.
  connection.on('error', reject);
  try {
    await Promise.race([connection.onConnect(connectTimeoutMs, true), failed]);
    await connection.exchangeDeclare({ exchange, type: 'topic', durable: true });
    return { connection, publisher: connection.createPublisher({ confirm: true, maxAttempts: 1 }) };
  } catch (error) {
    connection.unsafeDestroy();
    throw error;
  }
}

async function send(publisher: Publisher, exchange: string, event: CloudEvent): Promise<void> {
  const envelope = {
    exchange,
    routingKey: event.type,
    messageId: event.id,
    type: event.type,
    contentType: 'application/cloudevents+json',
    timestamp: Math.floor(Date.parse(event.time) / 1_000),
    durable: true,
  };
  await publisher.send(envelope, Buffer.from(JSON.stringify(event)));
}
