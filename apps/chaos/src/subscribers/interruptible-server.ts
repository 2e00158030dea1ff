import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that can refuse connections for a while, on the same port before and after. */
type InterruptibleServer = {
  port: number;
  /** Refuses connections for a while. Responses that were sent still arrive. */
  goDown: (forMs: number) => Promise<void>;
  /** Breaks the connections of all requests that have no response yet. */
  endOpenRequests: () => void;
  close: () => Promise<void>;
};

/** Starts a server on a free port. */
export async function startInterruptibleServer(onRequest: RequestListener): Promise<InterruptibleServer> {
  const open = new Set<ServerResponse>();
  let isClosed = false;
  const server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    onRequest(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  const endOpenRequests = () => {
    for (const response of open) response.destroy();
  };
  return {
    port,
    endOpenRequests,
    async goDown(forMs) {
      if (!server.listening) return;
      server.close();
      endOpenRequests();
      server.closeIdleConnections();
      await sleep(forMs);
      if (!isClosed) server.listen(port, '127.0.0.1');
    },
    async close() {
      isClosed = true;
      server.closeAllConnections();
      server.close();
    },
  };
}
