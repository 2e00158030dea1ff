import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { certificates } from './certificates.testing.ts';

export type Received = {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
};

/** A receiver on 127.0.0.1. It keeps what it receives, and replies by `reply`, which defaults to an empty 204. */
export async function startReceiver(
  reply: RequestListener = (_, response) => response.writeHead(204).end(),
  cert?: string,
) {
  const received: Received[] = [];
  const listener: RequestListener = (request, response) => {
    text(request).then(
      (body) => {
        received.push({ method: request.method, path: request.url, headers: request.headers, body });
        reply(request, response);
      },
      () => response.destroy(),
    );
  };
  const server =
    cert === undefined ? createServer(listener) : createTlsServer({ key: certificates.key, cert }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http${cert === undefined ? '' : 's'}://127.0.0.1:${port}/hooks?a=1`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
