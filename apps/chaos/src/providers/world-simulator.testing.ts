import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { present, until } from '@commerce-core/api/testing';
import type { Simulator } from '@commerce-core/gateway-simulator';
import { serve } from '@hono/node-server';

export type Faults = Record<string, number>;

/** Opens the simulator's server before the simulator exists, because the shop's settings need its URL. */
export async function openSimulatorServer() {
  let simulator: Simulator | undefined;
  const server = serve({
    fetch: (request, env) => present(simulator, 'simulator').app.fetch(request, env),
    port: 0,
    hostname: '127.0.0.1',
  });
  await once(server, 'listening');
  return {
    // The server listens on a port, not on a pipe, so its address is an AddressInfo.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Serves this simulator from now on. */
    serve(started: Simulator): void {
      simulator = started;
    },
    close(): void {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    },
  };
}

/** Returns what a test does at the simulator with this URL. */
export function simulatorActions(url: string) {
  async function callSimulator(path: string, body?: object): Promise<any> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(url + path, init);
    const result: unknown = await response.json();
    if (response.ok) return result;
    throw new Error(`${path}: ${response.status} ${JSON.stringify(result)}`);
  }
  return {
    callSimulator,
    /** Waits until all messages of the gateways were delivered. */
    async waitForMessages(): Promise<void> {
      await until(async () => (await callSimulator('/hostile')).underway === 0);
    },
    /**
     * Injects these faults while `work` runs, each with a rate from 0 to 1. Calls that only read meet no faults. A
     * `delayed` message and a `slow_refund` arrive after `work`.
     */
    async withFaults<T>(faults: Faults, work: () => Promise<T>): Promise<T> {
      const waits = faults['delayed'] || faults['slow_refund'];
      await callSimulator('/hostile', {
        seed: 1,
        scale: 0,
        rates: faults,
        reads: false,
        delayMs: waits ? 600_000 : 20,
      });
      try {
        return await work();
      } finally {
        await callSimulator('/hostile', { off: true });
      }
    },
  };
}
