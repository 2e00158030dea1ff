import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { AppEnv } from './trace.ts';

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
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: (graceMs) => close(server, graceMs) };
}

async function close(server: Server, graceMs: number): Promise<boolean> {
  let finished = true;
  const closed = once(server, 'close');
  server.close();
  // A connection that is kept alive becomes idle only after its answer, and would then wait for its client.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const giveUp = setTimeout(() => {
    finished = false;
    server.closeAllConnections();
  }, graceMs);
  await closed.finally(() => {
    clearInterval(sweep);
    clearTimeout(giveUp);
  });
  return finished;
}
