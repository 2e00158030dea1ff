import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A port of this machine at which a program that takes no port 0 can listen. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
