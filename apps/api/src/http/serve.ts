import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AppEnv } from './app-env.ts';

export type Serving = {
  url: string;
  /** Takes nothing new and waits for what was taken, `graceMs` at most. Answers whether all of it was finished. */
  close: (graceMs: number) => Promise<boolean>;
};

/** Listens. @throws the server's error, like EADDRINUSE */
export async function serve(app: Hono<AppEnv>, { host, port }: { host: string; port: number }): Promise<Serving> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    // Bounds on how long a client may take to say what it wants; Node's own are 60 s and 300 s.
    serverOptions: { headersTimeout: 15_000, requestTimeout: 60_000 },
  }) as Server;
  const underWay = new Set<ServerResponse>();
  server.on('request', (_, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: (graceMs) => close(server, underWay, graceMs) };
}

async function close(server: Server, underWay: ReadonlySet<ServerResponse>, graceMs: number): Promise<boolean> {
  const closed = once(server, 'close');
  const giveUpAt = performance.now() + graceMs;
  let finished = true;
  server.close();
  const sweep = setInterval(() => {
    // Connections that are kept for a next request, or have sent half of one, would hold us up for nothing.
    if (underWay.size > 0 && performance.now() < giveUpAt) return;
    finished = underWay.size === 0;
    server.closeAllConnections();
  }, 25);
  await closed.finally(() => clearInterval(sweep));
  return finished;
}
