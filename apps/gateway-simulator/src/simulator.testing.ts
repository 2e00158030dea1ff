import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import { createSimulator, type SimulatorOptions } from './app.ts';
import type { BookEntry } from './book.ts';
import type { Dialect } from './dialect.ts';
import { applied, startShop, type Received, type Reply } from './shop.testing.ts';

export const webhookSecret = `whsec_${Buffer.from('a secret between shop and gateway').toString('base64')}`;
const quick = { timeoutMs: 2000, attemptsMax: 4, backoffMs: 1, backoffMaxMs: 4 };

type Options = Partial<SimulatorOptions> & {
  reply?: (received: Received, number: number) => Reply | Promise<Reply>;
  /** What it plays beside the mock, to the same shop. */
  dialects?: Dialect[];
};

/** A simulator that listens on loopback, and a shop that hears its webhooks; both end with the test. */
export async function startSimulator({ reply = () => applied, dialects = [], ...options }: Options = {}) {
  const shop = await startShop(reply);
  const others = dialects.map((dialect) => ({ dialect, webhookUrl: shop.url }));
  const simulator = createSimulator({
    webhookUrl: shop.url,
    secret: webhookSecret,
    delivery: quick,
    others,
    ...options,
  });
  const server = serve({ fetch: simulator.app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
    await simulator.stop();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers };
    const response = await fetch(url + path, init);
    return { status: response.status, body: (await response.json()) as any };
  };
  return {
    url,
    shop,
    ask,
    pay: (input: object) => ask('/pay', input),
    book: async (paymentId: string) => (await ask(`/book/${paymentId}`)).body as BookEntry,
  };
}
