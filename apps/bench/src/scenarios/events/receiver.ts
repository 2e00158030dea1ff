import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Envelope = { time: string };

/** A merchant's receiver on this machine, which acknowledges everything. */
export type Receiver = {
  url: string;
  /** The requests and events so far, and how old each event was when it arrived, in ms. */
  counts: { requests: number; events: number; agesMs: number[] };
  close: () => Promise<void>;
};

/** Starts a receiver in this process. */
export async function startReceiver(): Promise<Receiver> {
  const counts: Receiver['counts'] = { requests: 0, events: 0, agesMs: [] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // The API of this run wrote it.
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Envelope | Envelope[];
      const events = Array.isArray(body) ? body : [body];
      counts.requests += 1;
      counts.events += events.length;
      for (const { time } of events) counts.agesMs.push(Date.now() - Date.parse(time));
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    counts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
