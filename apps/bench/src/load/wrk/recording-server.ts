import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Job } from '../job.ts';

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
type Reply = { status: number; body: string } | 'close';
export type Listener = (request: Received, n: number) => Promise<Reply> | Reply;

/**
 * Starts a server that records each request and returns the request's `x-request-id`, as the API does. It ends with the
 * test.
 */
export async function startServer(listener: Listener): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming
      .setEncoding('utf8')
      .on('data', (text: string) => (body += text))
      .on('end', () => {
        const { method = '', url: path = '', headers } = incoming;
        const request = { method, path, headers, body };
        received.push(request);
        Promise.resolve(listener(request, received.length))
          .then((reply) => send(response, headers, reply))
          .catch(() => response.destroy());
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // The server listens on a port, not on a pipe, so its address is an AddressInfo.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function send(response: ServerResponse, headers: IncomingHttpHeaders, reply: Reply): void {
  if (reply === 'close') response.socket?.destroy();
  else {
    const id = headers['x-request-id'];
    response.writeHead(reply.status, id === undefined ? {} : { 'x-request-id': id }).end(reply.body);
  }
}

export const gatewayKey = Buffer.from('a secret of the gateway');
const secret = `whsec_${gatewayKey.toString('base64')}`;
const window = { warmMs: 0, measureMs: 200, clients: 1 };
const shape = { products: 1_000, lines: 2 };
export const ordersAt = (url: string, more: object = {}): Job => ({
  kind: 'orders',
  url,
  tokenSecret: secret,
  shape,
  ...window,
  ...more,
});
export const webhooksAt = (url: string, more: object = {}): Job => ({
  kind: 'webhooks',
  url,
  secret,
  from: 1,
  to: 1_000_000,
  ...window,
  ...more,
});
export const flowAt = (url: string, more: object = {}): Job => ({
  kind: 'flow',
  url,
  tokenSecret: secret,
  webhookSecret: secret,
  shape,
  ...window,
  ...more,
});

export const created = (): Reply => ({ status: 200, body: JSON.stringify({ result: { data: { id: randomUUID() } } }) });
export const paid = (): Reply => ({
  status: 200,
  body: JSON.stringify({ eventId: randomUUID(), outcome: 'APPLIED', effect: 'order_paid', duplicate: false }),
});
export const shop: Listener = ({ path }) => (path.includes('webhooks') ? paid() : created());
