import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type ConnectionLimits = {
  /** Connections at most. A connection beyond them is closed at once. */
  connectionsMax: number;
  /** Requests under way on one connection at most: such that a client has sent without reading the responses. */
  requestsPerConnectionMax: number;
  /** Requests that one connection serves in all; 0 is no limit. The last one's response closes it. */
  requestsInAllMax: number;
  /** Bytes of responses at most that clients have not read yet, in all. */
  unreadBytesMax: number;
};

export const connectionLimitsDefault: ConnectionLimits = {
  connectionsMax: 2_000,
  // A client that waits for each response has one. Node.js runs pipelined requests concurrently.
  requestsPerConnectionMax: 16,
  requestsInAllMax: 0,
  unreadBytesMax: 64 * 1024 * 1024,
};

const sweepMs = 100;

/**
 * Closes the connections of a server that go beyond the limits: one with too many requests under way, and those with
 * the most unread bytes while there are too many of them in all.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const responses = new Map<Socket, Set<ServerResponse>>();
  const served = new WeakMap<Socket, number>();
  server.maxConnections = limits.connectionsMax;
  server.on('connection', (socket: Socket) => {
    responses.set(socket, new Set());
    socket.once('close', () => responses.delete(socket));
  });
  // Before the app's own listener, so that a request beyond the limit doesn't reach the app.
  server.prependListener('request', ({ socket }, response) => {
    const own = responses.get(socket);
    if (!own) return;
    own.add(response);
    response.once('close', () => own.delete(response));
    if (own.size > limits.requestsPerConnectionMax) socket.destroy();
    const count = (served.get(socket) ?? 0) + 1;
    served.set(socket, count);
    // Not `maxRequestsPerSocket`, which announces the end of the connection and leaves it open.
    if (count === limits.requestsInAllMax) response.shouldKeepAlive = false;
  });
  const sweep = setInterval(() => {
    const unread = [...responses].map(([socket, own]) => ({ socket, bytes: unreadBytes(socket, own) }));
    let excess = unread.reduce((sum, { bytes }) => sum + bytes, -limits.unreadBytesMax);
    if (excess <= 0) return;
    for (const { socket, bytes } of unread.toSorted((a, b) => b.bytes - a.bytes)) {
      if (excess <= 0) return;
      socket.destroy();
      excess -= bytes;
    }
  }, sweepMs);
  sweep.unref();
  server.once('close', () => clearInterval(sweep));
}

/** The bytes of responses that the socket has not sent. A response that waits for its turn keeps its own bytes. */
function unreadBytes(socket: Socket, own: ReadonlySet<ServerResponse>): number {
  let bytes = socket.writableLength;
  for (const response of own) if (response.socket === null) bytes += response.writableLength;
  return bytes;
}
