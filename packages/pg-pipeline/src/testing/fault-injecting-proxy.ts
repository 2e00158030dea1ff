import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Where to cut a connection. */
export type Cut = {
  /** The client's message at which the connection is cut. */
  when: RegExp;
  /** Whether PostgreSQL gets that message. */
  deliver: boolean;
  /** Whether the connection stays open without an answer, as after `silence`, instead of being closed. */
  silent?: boolean;
};

/** A TCP proxy in front of PostgreSQL that breaks connections when a test says so. */
export type FaultInjectingProxy = {
  /** The database's URL through the proxy. */
  url: string;
  /** Cuts the next connection that sends a matching message, once. */
  cutAt: (cut: Cut) => void;
  /** Number of connections that were cut by `cutAt`. */
  cuts: () => number;
  /** Stops all traffic on the connections that are open now, as when a host is gone. New connections work. */
  silence: () => void;
  close: () => Promise<void>;
};

/** Starts a proxy in front of the server of a database's URL. The test closes it. */
export async function openFaultInjectingProxy(url: string): Promise<FaultInjectingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let nextCut: Cut | undefined;
  let cutCount = 0;
  // A connection is silent when it was opened before the last call of `silence`.
  let silences = 0;
  const silence = () => {
    silences += 1;
  };
  const server = createServer((client) => {
    const openedAt = silences;
    const upstream = connect(Number(target.port), target.hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    trackSockets(sockets, [client, upstream], end);
    upstream.on('data', (chunk) => {
      if (openedAt === silences) client.write(chunk);
    });
    client.on('data', (chunk) => {
      if (openedAt !== silences) return;
      const cut = nextCut;
      if (!cut?.when.test(chunk.toString('latin1'))) return void upstream.write(chunk);
      nextCut = undefined;
      cutCount += 1;
      if (cut.silent) {
        if (cut.deliver) upstream.write(chunk);
        return silence();
      }
      if (!cut.deliver) return end();
      // PostgreSQL runs the statement; its answer is dropped.
      upstream.removeAllListeners('data');
      upstream.end(chunk, () => client.destroy());
      client.removeAllListeners('close');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: withPort(url, server.address()),
    cutAt: (cut) => {
      nextCut = cut;
    },
    cuts: () => cutCount,
    silence,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Ends both sides of a connection when one ends. */
function trackSockets(sockets: Set<Socket>, pair: readonly Socket[], end: () => void): void {
  for (const socket of pair) {
    sockets.add(socket);
    socket.on('error', end).on('close', () => {
      sockets.delete(socket);
      end();
    });
  }
}

function withPort(url: string, address: ReturnType<ReturnType<typeof createServer>['address']>): string {
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no TCP port');
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${address.port}`;
  return proxied.href;
}
