import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How often the times are looked at. Node.js looks every 30 s by itself. */
const sweepMs = 5_000;

const longBodies = new WeakSet<IncomingMessage>();

/** Lets a request take as long as it likes. */
export const allowLongBody = (request: IncomingMessage): void => void longBodies.add(request);

/**
 * Ends requests that take longer than `requestMs` to arrive, with a 408 where no response has begun. `running` has the
 * responses under way, with the times when their requests began. Node.js's own `requestTimeout` knows no exception.
 */
export function limitRequestTime(
  server: Server,
  running: ReadonlyMap<ServerResponse, number>,
  requestMs: number,
): void {
  const sweep = setInterval(
    () => {
      const latest = performance.now() - requestMs;
      for (const [response, since] of running) {
        const { req: request } = response;
        if (since < latest && !request.complete && !longBodies.has(request)) refuse(response);
      }
    },
    Math.min(sweepMs, requestMs),
  );
  sweep.unref();
  server.once('close', () => clearInterval(sweep));
}

function refuse(response: ServerResponse): void {
  const { socket } = response.req;
  if (!response.headersSent && socket.writable)
    socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  socket.destroySoon();
}
