import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** A message as its stream has it. `id` and `type` are undefined for a message without these headers. */
type StoredMessage = { body: string; subject: string; id: string | undefined; type: string | undefined };

/** Reads all messages of a stream, in its order. */
export async function readNatsStream(url: string, stream: string): Promise<StoredMessage[]> {
  const nats = await connect({ servers: url });
  try {
    const { messages } = (await (await jetstreamManager(nats)).streams.info(stream)).state;
    const consumer = await jetstream(nats).consumers.get(stream);
    const found: StoredMessage[] = [];
    while (found.length < messages) {
      for await (const message of await consumer.fetch({ max_messages: messages - found.length })) {
        const { subject, headers } = message;
        found.push({
          body: message.string(),
          subject,
          id: headers?.get('Nats-Msg-Id'),
          type: headers?.get('content-type'),
        });
      }
    }
    return found;
  } finally {
    await nats.close();
  }
}
