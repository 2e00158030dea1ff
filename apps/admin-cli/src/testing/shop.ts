import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@commerce-core/client';
import type { TestApi, TestApiOptions } from '@commerce-core/api/testing';
import { startTestApi } from '@commerce-core/api/testing';
import { createSimulator, type Simulator } from '@commerce-core/gateway-simulator';
import { mockCarrierEmulator } from '@commerce-core/gateway-simulator/emulators/mock-carrier';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll } from 'vitest';
import { runCommerce, type Ran } from './run-commerce.ts';

/** A whole shop: API, simulator, and a folder whose local.json leads the command line to it. */
export type TestShop = {
  api: TestApi;
  client: Client;
  folder: string;
  simulatorUrl: string;
  /** Runs `commerce` in this process, in the folder of the shop. */
  run: (...args: string[]) => Promise<Ran>;
  /** Runs `commerce` with --json and returns the parsed output. @throws Error when the exit code isn't 0 */
  json: (...args: string[]) => Promise<any>;
  /** The environment in which `commerce` reaches the shop at another address. */
  through: (url: string) => Promise<Record<string, string>>;
};

/** One shop for all tests of a file. */
export function useShop(options: Pick<TestApiOptions, 'sinks' | 'guestOrders'> = {}): TestShop {
  const shop = {} as TestShop;
  let closeSimulator = async () => {};

  beforeAll(async () => {
    // The shop calls the simulator and the simulator the shop, so one address is known before its server exists.
    let simulator: Simulator | undefined;
    const server = serve({
      fetch: (request, env) => simulator!.app.fetch(request, env),
      port: 0,
      hostname: '127.0.0.1',
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const simulatorUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = await startTestApi({ ...options, jobs: true, mockGatewayUrl: `${simulatorUrl}/mock` });
    simulator = createSimulator({
      webhookUrl: `${api.url}/api/v1/payments/webhooks/mock`,
      secret: api.webhookSecret,
      trackers: [
        mockCarrierEmulator({ webhookUrl: `${api.url}/api/v1/shipments/webhooks/mock`, secret: api.webhookSecret }),
      ],
      delivery: { backoffMs: 20 },
    });
    closeSimulator = async () => {
      await simulator?.stop();
      server.close();
    };

    const folder = await createShopFolder(api, simulatorUrl);
    const run = (...args: string[]) => runCommerce(folder, args);
    const json = async (...args: string[]) => {
      const ran = await run(...args, '--json');
      if (ran.code !== 0) throw new Error(`commerce ${args.join(' ')} ended with ${ran.code}: ${ran.err}`);
      return JSON.parse(ran.out);
    };
    const through = async (url: string) => ({
      COMMERCE_URL: url,
      COMMERCE_API_KEY: await api.createApiKey(),
      COMMERCE_SIMULATOR_URL: simulatorUrl,
    });
    Object.assign(shop, { through, api, client: await api.operatorClient(), folder, simulatorUrl, run, json });
  });

  afterAll(async () => {
    await closeSimulator();
    await shop.api.close();
    await rm(shop.folder, { recursive: true });
  });

  return shop;
}

/** Creates a folder as `npm start` leaves it: with the address and the keys of the shop in .data/local.json. */
async function createShopFolder(api: TestApi, simulatorUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'commerce-shop-'));
  await mkdir(join(folder, '.data'));
  const { url, webhookSecret: mockWebhookSecret, customerTokenSecret } = api;
  const local = { url, simulatorUrl, adminApiKey: await api.createApiKey(), mockWebhookSecret, customerTokenSecret };
  await writeFile(join(folder, '.data', 'local.json'), JSON.stringify(local));
  return folder;
}
