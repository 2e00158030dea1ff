import type { EventSink } from '@commerce-core/core';
import { z } from 'zod';

/** The variables of the event sinks. A sink is on when its URL is set. */
export const sinkVariables = {
  NATS_URL: z
    .url({ protocol: /^(nats|tls)$/, error: 'must be a nats:// or tls:// URL' })
    .optional()
    .describe(
      'Publishes events to NATS, like `nats://host:4222`; with `user:password@` or `token@` where it wants them.',
    ),
  NATS_STREAM: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'must have letters, digits, hyphens and underscores only')
    .default('commerce-events')
    .describe('The JetStream stream, which is created if it is missing.'),
  NATS_SUBJECT: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)*$/, 'must be words with dots between them')
    .default('commerce.events')
    .describe('Messages have the subject `<this>.<type of the event>`.'),
  AMQP_URL: z
    .url({ protocol: /^amqps?$/, error: 'must be an amqp:// or amqps:// URL' })
    .optional()
    .describe('Publishes events to RabbitMQ, like `amqp://user:password@host:5672/vhost`.'),
  AMQP_EXCHANGE: z
    .string()
    .regex(/^[\w.:-]{1,127}$/, 'must have letters, digits, dots, colons, hyphens and underscores only')
    .default('commerce.events')
    .describe('The topic exchange, which is created if it is missing.'),
};
const sinkEnv = z.object(sinkVariables);

/** Returns the event sinks that are on. Only their packages are imported. */
export async function sinksFromEnv(env: z.output<typeof sinkEnv>): Promise<EventSink[]> {
  const sinks: EventSink[] = [];
  if (env.NATS_URL) {
    const { natsSink } = await import('@commerce-core/sink-nats');
    sinks.push(natsSink({ url: env.NATS_URL, stream: env.NATS_STREAM, subject: env.NATS_SUBJECT }));
  }
  if (env.AMQP_URL) {
    const { rabbitmqSink } = await import('@commerce-core/sink-rabbitmq');
    sinks.push(rabbitmqSink({ url: env.AMQP_URL, exchange: env.AMQP_EXCHANGE }));
  }
  return sinks;
}
