import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Chance } from '../chance.ts';

/** The way from the API to PostgreSQL. */
export type Wire = { url: string; cuts: () => number; calm: () => void; close: () => Promise<void> };

/** Of so many commits one loses its answer. */
const cutShare = 0.004;

/**
 * A way to PostgreSQL that breaks now and then just when it commits: the server gets the COMMIT and carries it out, and
 * whoever sent it never hears of it.
 */
export async function openWire(chance: Chance, databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let commits = 0;
  let cuts = 0;
  let isCalm = false;
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
        !isCalm && chunk.toString('latin1').includes('commit\0') && chance.whether(`wire ${(commits += 1)}`, cutShare);
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
    calm: () => {
      isCalm = true;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
