import type { CloudEvent, EventSink } from '@commerce-core/core/sink';
import { JetStreamApiError, type JetStreamClient, type JetStreamPublishOptions } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { openJetStream, type JetStreamConnection, type StreamNames } from './connection.ts';

/** `url` is `nats://host:4222` or `tls://…`, with user and password or a token if the server wants them. */
export type NatsSinkOptions = { url: string } & Partial<StreamNames>;

const ackTimeoutMs = 10_000;
// "wrong last msg ID", https://github.com/nats-io/nats-server/blob/main/server/errors.json
const wrongLastMessage = 10_070;

/**
 * Publishes events to a JetStream stream, `commerce-events` by default, one message an event: the subject is
 * `commerce.events.<type>` (like `commerce.events.order.paid`), the body the CloudEvent in JSON, the message id the
 * event's id. The stream is created if it is missing.
 */
export function natsSink({ url, stream = 'commerce-events', subject = 'commerce.events' }: NatsSinkOptions): EventSink {
  const names = { url, stream, subject };
  let connected: Promise<JetStreamConnection> | undefined;
  const close = async (): Promise<void> => {
    const closing = connected;
    connected = undefined;
    await closing?.then(
      ({ nats }) => nats.close(),
      () => {},
    );
  };
  return {
    name: 'nats',
    async publish(events) {
      connected ??= openJetStream(names);
      try {
        const { nats, jetStream } = await connected;
        if (nats.isClosed()) throw new Error('the connection to NATS was lost');
        await publishInOrder(jetStream, names, events);
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

/**
 * Sends all messages at once. Each of them is stored only behind the one before, so that a message that gets lost, for
 * instance while a cluster elects a leader, leaves no gap that would be filled later.
 */
async function publishInOrder(
  jetStream: JetStreamClient,
  { stream, subject }: StreamNames,
  events: readonly CloudEvent[],
): Promise<void> {
  const send = async (event: CloudEvent, expect: NonNullable<JetStreamPublishOptions['expect']>) =>
    jetStream.publish(`${subject}.${event.type}`, JSON.stringify(event), {
      msgID: event.id,
      headers: contentType(),
      expect,
      timeout: ackTimeoutMs,
    });
  const sent = events.map(async (event, index) => {
    const before = events[index - 1];
    return send(event, { streamName: stream, ...(before && { lastMsgID: before.id }) });
  });
  const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
  if (!failed) return;
  if (!isWrongLastMessage(failed.reason)) throw failed.reason;
  // Another message stands behind one of these: a repeat of an older one of them, or a stranger's.
  for (const event of events) await send(event, { streamName: stream });
}

const isWrongLastMessage = (error: unknown): boolean =>
  error instanceof JetStreamApiError && error.code === wrongLastMessage;

function contentType() {
  const result = headers();
  result.set('content-type', 'application/cloudevents+json');
  return result;
}
