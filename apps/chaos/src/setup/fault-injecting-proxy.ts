import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Chance } from '../chance.ts';

/** A TCP proxy between the API and PostgreSQL. */
export type FaultInjectingProxy = {
  url: string;
  cuts: () => number;
  stopFaults: () => void;
  close: () => Promise<void>;
};

/** The share of commits that lose their response. */
const cutShare = 0.004;

/**
 * Opens the proxy. For some commits it breaks the connection after PostgreSQL has received the COMMIT, so that the API
 * never receives the response.
 */
export async function openFaultInjectingProxy(chance: Chance, databaseUrl: string): Promise<FaultInjectingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let commits = 0;
  let cuts = 0;
  let faultsStopped = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .setNoDelay(true)
        .on('error', end)
        .on('close', () => {
          sockets.delete(socket);
          end();
        });
    }
    upstream.on('data', (chunk) => client.write(chunk));
    client.on('data', (chunk) => {
      const isCut =
        !faultsStopped &&
        chunk.toString('latin1').includes('commit\0') &&
        chance.whether(`wire ${(commits += 1)}`, cutShare);
      if (!isCut) return void upstream.write(chunk);
      cuts += 1;
      upstream.removeAllListeners('data');
      client.removeAllListeners('close').on('close', () => sockets.delete(client));
      upstream.end(chunk, () => client.destroy());
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cuts: () => cuts,
    stopFaults: () => {
      faultsStopped = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
