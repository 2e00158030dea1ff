import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import { createSimulator, type Simulator, type SimulatorOptions } from './app.ts';
import type { BookEntry } from './book.ts';
import type { Emulator } from './emulators/emulator.ts';
import { applied, startTestShop, until, type Received, type Reply } from './shop.testing.ts';

export const webhookSecret = `whsec_${Buffer.from('a secret between shop and gateway').toString('base64')}`;
export const quickDelivery = { timeoutMs: 60_000, attemptsMax: 4, backoffMs: 1, backoffMaxMs: 4 };

type Options = Partial<SimulatorOptions> & {
  /** The shop's response to each webhook. Defaults to APPLIED. */
  reply?: (received: Received, number: number) => Reply | Promise<Reply>;
  /** The emulators in addition to the mock. Their webhooks go to the same shop. */
  emulators?: Emulator[];
};

/** Starts a simulator on loopback and a shop that receives its webhooks. Both stop at the end of the test. */
export async function startSimulator({ reply = () => applied, emulators = [], ...options }: Options = {}) {
  const shop = await startTestShop(reply);
  const create = () =>
    createSimulator({
      webhookUrl: shop.url,
      secret: webhookSecret,
      delivery: quickDelivery,
      providers: emulators.map((emulator) => ({ emulator, webhookUrl: shop.url })),
      ...options,
    });
  let simulator = create();
  const killed: Simulator[] = [];
  const server = serve({ fetch: (request, env) => simulator.app.fetch(request, env), port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    for (const one of [...killed, simulator]) await one.stop();
  });
  // The server listens on a port, not on a pipe, so its address is an AddressInfo.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Requests a path: a POST when there is a body, else a GET. */
  const request = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers };
    const response = await fetch(url + path, init);
    // The tests compare the body's fields, which differ from route to route.
    return { status: response.status, body: (await response.json()) as any };
  };
  return {
    url,
    shop,
    request,
    pay: (input: object) => request('/pay', input),
    /** Replaces the simulator by a new one at the same address, as after a kill: the old one finishes nothing. */
    restart: () => {
      killed.push(simulator);
      simulator = create();
    },
    book: async (paymentId: string): Promise<BookEntry> => (await request(`/book/${paymentId}`)).body,
    /** Waits until no webhook and no fault is on its way. */
    untilIdle: () => until(async () => (await request('/hostile')).body.underway === 0),
  };
}
