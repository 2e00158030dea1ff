import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy between the API and its database. */
export type FaultInjectingProxy = {
  url: string;
  /** Breaks all connections and refuses new ones. */
  disconnect: () => Promise<void>;
  /** Accepts connections again, at the same address. */
  reconnect: () => Promise<void>;
  close: () => Promise<void>;
};

/** Opens a proxy on a free port. `urlOf` is called for each connection, because a restarted database has a new port. */
export async function openFaultInjectingProxy(urlOf: () => string): Promise<FaultInjectingProxy> {
  const sockets = new Set<Socket>();
  const join = (client: Socket) => {
    const { port, hostname } = new URL(urlOf());
    const upstream = connect(Number(port), hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.pipe(upstream).pipe(client);
  };
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(join);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(urlOf());
  url.host = `127.0.0.1:${port}`;
  const disconnect = async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    url: url.href,
    disconnect,
    close: disconnect,
    async reconnect() {
      server = await listen(port);
    },
  };
}
