import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type StatementCounter = {
  /** The database's URL through the counter. */
  url: string;
  /** Returns how often each statement ran since the last call, by its text. */
  take: () => Map<string, number>;
  stop: () => void;
};

/**
 * Starts a TCP proxy in front of a database that counts what its clients run. pg_stat_statements can't: it doesn't
 * count a prepared BEGIN or COMMIT that runs again (seen with PostgreSQL 18).
 */
export async function startStatementCounter(databaseUrl: string): Promise<StatementCounter> {
  const { hostname, port } = new URL(databaseUrl);
  let counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(Number(port), hostname);
    const read = statementReader((text) => counts.set(text, (counts.get(text) ?? 0) + 1));
    client.on('data', read);
    client.pipe(database).pipe(client);
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        database.destroy();
        sockets.delete(socket);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The server listens on a port, not on a pipe, so its address is an AddressInfo.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: Object.assign(new URL(databaseUrl), { host }).href,
    take() {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    stop() {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

// https://www.postgresql.org/docs/18/protocol-message-formats.html
const sslRequest = 80_877_103;

/**
 * Returns a reader of what a client sends. It calls `onRun` with the text of each statement that the client runs: of a
 * Query message, or of the prepared statement that a Bind message names.
 */
export function statementReader(onRun: (text: string) => void): (chunk: Buffer) => void {
  const prepared = new Map<string, string>();
  let received: Buffer = Buffer.alloc(0);
  let hasStarted = false;
  const readMessage = (type: string, body: Buffer) => {
    const [first = '', second = ''] = body.toString('utf8').split('\0', 2);
    if (type === 'P') prepared.set(first, second);
    if (type === 'B') onRun(prepared.get(second) ?? `an unknown statement ${second}`);
    if (type === 'Q') onRun(first);
  };
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      // A connection's first message has no type. After a request for TLS, which the server refuses, comes another one.
      const typeBytes = hasStarted ? 1 : 0;
      if (received.length < typeBytes + 4) return;
      const end = typeBytes + received.readInt32BE(typeBytes);
      if (received.length < end) return;
      const body = received.subarray(typeBytes + 4, end);
      if (hasStarted) readMessage(received.toString('latin1', 0, 1), body);
      else hasStarted = body.readInt32BE(0) !== sslRequest;
      received = received.subarray(end);
    }
  };
}
