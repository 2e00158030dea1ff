import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A merchant's program that gets webhooks: what it has got, and with what it answers from then on. */
export type Receiver = {
  url: string;
  bodies: string[];
  answer: (statusCode: number) => void;
  close: () => Promise<void>;
};

export async function openReceiver(): Promise<Receiver> {
  const bodies: string[] = [];
  let statusCode = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(statusCode).end(`answer ${statusCode}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    bodies,
    answer: (next) => (statusCode = next),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
