import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import type { AppEnv } from './app-env.ts';
import { connectionLimitsDefault, limitConnections, type ConnectionLimits } from './connection-limits.ts';
import { limitRequestTime } from './request-time.ts';
import { connectionTimes, headerBytesMaxDefault } from './serve-limits.ts';

export type Serving = {
  /** Where the server listens, like `http://127.0.0.1:3000`. */
  url: string;
  /** Stops accepting requests and waits up to `graceMs` for the running ones. Returns whether all of them finished. */
  close: (graceMs: number) => Promise<boolean>;
};

export type ServeOptions = {
  /** The address to listen on, like `127.0.0.1` or `0.0.0.0`. */
  host: string;
  /** The port to listen on; 0 takes a free one. */
  port: number;
  /**
   * How long an idle connection stays open, in milliseconds. Defaults to 65 s: proxies reuse a connection for up to
   * 60 s (nginx, AWS's load balancers), and the side that sends requests should be the one that closes it.
   */
  keepAliveMs?: number;
  /**
   * How long a client may take to send a whole request, in milliseconds. Defaults to 120 s, or to 10 s more than
   * `keepAliveMs` where that is longer.
   */
  requestMs?: number;
  /** Bytes of a request's line and headers at most. Defaults to 16,384. */
  headerBytesMax?: number;
  connectionLimits?: ConnectionLimits;
};

/** Serves the app over HTTP. Rejects with the server's error, like EADDRINUSE. */
export async function serve(
  app: Pick<Hono<AppEnv>, 'fetch'>,
  {
    host,
    port,
    keepAliveMs = 65_000,
    requestMs,
    headerBytesMax = headerBytesMaxDefault,
    connectionLimits = connectionLimitsDefault,
  }: ServeOptions,
): Promise<Serving> {
  const times = connectionTimes(keepAliveMs, requestMs);
  const server = createAdaptorServer({
    // Node.js hands over all requests that it has read, also after their connection was closed for sending too many.
    async fetch(request, env) {
      if ('incoming' in env && env.incoming.socket.destroyed) return new Response(null, { status: 503 });
      const response = await app.fetch(request, env as HttpBindings);
      // A stream has written its response itself. Middlewares copy responses, and lose such a mark.
      return env.outgoing.headersSent ? RESPONSE_ALREADY_SENT : response;
    },
    serverOptions: { ...times, requestTimeout: 0, maxHeaderSize: headerBytesMax },
  }) as Server;
  // The app sends `100 Continue` when it takes the body. Node.js would send it at once.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  limitConnections(server, connectionLimits);
  const running = new Map<ServerResponse, number>();
  server.on('request', (_, response) => {
    running.set(response, performance.now());
    response.once('close', () => running.delete(response));
  });
  limitRequestTime(server, running, times.requestTimeout);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, close: (graceMs) => close(server, running, graceMs) };
}

async function close(server: Server, running: ReadonlyMap<ServerResponse, number>, graceMs: number): Promise<boolean> {
  const closed = once(server, 'close');
  const giveUpAt = performance.now() + graceMs;
  let finished = true;
  server.close();
  // Also of a handler that sets no header of its own: a client must not send another request into its connection.
  for (const response of running.keys()) if (!response.headersSent) response.shouldKeepAlive = false;
  const sweep = setInterval(() => {
    // A stream that has ended leaves its connection idle.
    server.closeIdleConnections();
    // Only idle connections and half-sent requests are left; the server would wait for them in `close`.
    if (running.size > 0 && performance.now() < giveUpAt) return;
    finished = running.size === 0;
    server.closeAllConnections();
  }, 25);
  await closed.finally(() => clearInterval(sweep));
  return finished;
}
