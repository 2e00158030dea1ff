import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, nanos, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

/** A connection whose stream exists. */
export type JetStreamConnection = { nats: NatsConnection; jetStream: JetStreamClient };

export type StreamNames = { url: string; stream: string; subject: string };

const timeoutMs = 5_000;
// Within this time JetStream ignores a message whose id it has.
const duplicateWindowMs = 10 * 60_000;

/**
 * Connects, and creates the stream if it is missing.
 * @throws Error which says what is missing: the server, JetStream, or the stream's subject
 */
export async function openJetStream({ url, stream, subject }: StreamNames): Promise<JetStreamConnection> {
  // Reconnecting is left to the next publish: then the stream is looked for again, which a broker may have lost.
  const nats = await connect({ ...serverOf(url), name: 'commerce-core', timeout: timeoutMs, reconnect: false });
  try {
    const manager = await jetstreamManager(nats, { timeout: timeoutMs }).catch((cause: unknown) => {
      throw new Error('the NATS server has no JetStream; start it with -js', { cause });
    });
    await requireStream(manager, stream, subject);
    return { nats, jetStream: jetstream(nats, { timeout: timeoutMs }) };
  } catch (error) {
    await nats.close();
    throw error;
  }
}

/** The client takes user, password and TLS as options, and hosts apart. */
function serverOf(url: string): ConnectionOptions {
  const { protocol, host, username, password } = new URL(url);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  const login = password === '' ? { token: user } : { user, pass };
  return { servers: host, ...(protocol === 'tls:' && { tls: {} }), ...(username !== '' && login) };
}

async function requireStream(manager: JetStreamManager, stream: string, subject: string): Promise<void> {
  const subjects = `${subject}.>`;
  const [owner] = await manager.streams.names(`${subject}.order.created`).next();
  if (owner === stream) return;
  if (owner !== undefined)
    throw new Error(
      `the NATS stream ${owner} has the subjects ${subjects}; name it as the stream, or choose another subject`,
    );
  try {
    await manager.streams.add({ name: stream, subjects: [subjects], duplicate_window: nanos(duplicateWindowMs) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `the NATS stream ${stream} with the subjects ${subjects} is missing, and can't be created: ${reason}`,
      {
        cause,
      },
    );
  }
}
