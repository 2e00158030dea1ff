import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** How often the times are looked at. Node.js looks every 30 s by itself. */
const sweepMs = 5_000;

const longBodies = new WeakSet<IncomingMessage>();

/** Lets a request take as long as it likes. */
export const allowLongBody = (request: IncomingMessage): void => void longBodies.add(request);

/**
 * Ends requests that take longer than `requestMs` to arrive, with a 408 where no response has begun. Node.js's own
 * `requestTimeout` knows no exception.
 */
export function limitRequestTime(server: Server, requestMs: number): void {
  const arriving = new Map<ServerResponse, number>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.complete) return;
    arriving.set(response, performance.now());
    response.once('close', () => arriving.delete(response));
  });
  const sweep = setInterval(
    () => {
      const latest = performance.now() - requestMs;
      for (const [response, since] of arriving) {
        const { req: request } = response;
        if (request.complete) arriving.delete(response);
        else if (since < latest && !longBodies.has(request)) refuse(response);
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
