import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * Where to cut a connection: when the client sends something that matches, before or after PostgreSQL gets it. A silent
 * cut ends nothing: like `silence`, just then.
 */
export type Cut = { when: RegExp; deliver: boolean; silent?: boolean };

/** A wire between a pool and PostgreSQL that can be cut at a statement, once per `cutAt`. */
export type FaultInjectingProxy = {
  url: string;
  cutAt: (cut: Cut) => void;
  cuts: () => number;
  /** What is open stays so, and nothing comes through any more, as when a host is gone or a NAT forgot; new connections are fine. */
  silence: () => void;
  close: () => Promise<void>;
};

export async function openFaultInjectingProxy(url: string): Promise<FaultInjectingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let armed: Cut | undefined;
  let count = 0;
  // Connections of a later era than the last silence are heard.
  let era = 0;
  const silence = () => {
    era += 1;
  };
  const server = createServer((client) => {
    const opened = era;
    const upstream = dial(Number(target.port), target.hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    upstream.on('data', (chunk) => {
      if (opened === era) client.write(chunk);
    });
    client.on('data', (chunk) => {
      if (opened !== era) return;
      const cut = armed;
      if (!cut?.when.test(chunk.toString('latin1'))) return void upstream.write(chunk);
      armed = undefined;
      count += 1;
      if (cut.silent) {
        if (cut.deliver) upstream.write(chunk);
        return silence();
      }
      if (!cut.deliver) return end();
      // PostgreSQL gets the statement and works on it; its answer finds nobody.
      upstream.removeAllListeners('data');
      upstream.end(chunk, () => client.destroy());
      client.removeAllListeners('close');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxied = new URL(url);
  proxied.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: proxied.href,
    cutAt: (cut) => {
      armed = cut;
    },
    cuts: () => count,
    silence,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
