import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@commerce-core/api/client';
import type { TestApi } from '@commerce-core/api/testing';
import { startTestApi } from '@commerce-core/api/testing';
import { createSimulator, type Simulator } from '@commerce-core/gateway-simulator';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll } from 'vitest';

const bin = fileURLToPath(new URL('../bin/commerce.mjs', import.meta.url));

export type Ran = { code: number | null; out: string; err: string };

/** The command line as its own process, in `folder`. `during` gets hold of it while it runs. */
export async function runCommerce(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  during: (child: { kill: (signal: NodeJS.Signals) => void; err: () => string }) => void | Promise<void> = () => {},
): Promise<Ran> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (ran.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (ran.err += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await during({ kill: (signal) => void child.kill(signal), err: () => ran.err });
  return { ...ran, code: await ended, out: ran.out, err: ran.err };
}

/** A whole shop (API, simulator, its local.json in a folder) with the command line pointed at it. */
export type TestShop = {
  api: TestApi;
  client: Client;
  folder: string;
  simulatorUrl: string;
  /** Runs `commerce` there. */
  run: (...args: string[]) => Promise<Ran>;
  /** Runs it with --json and answers what it printed. @throws Error when it failed */
  json: (...args: string[]) => Promise<any>;
  /** The environment in which `commerce` reaches the shop at another address. */
  through: (url: string) => Promise<Record<string, string>>;
};

/** One shop for all tests of a file. */
export function useShop(): TestShop {
  const shop = {} as TestShop;
  let closeSimulator = async () => {};

  beforeAll(async () => {
    // The shop calls the simulator and the simulator the shop, so one of the two is reached before it is there.
    let simulator: Simulator | undefined;
    const server = serve({
      fetch: (request, env) => simulator!.app.fetch(request, env),
      port: 0,
      hostname: '127.0.0.1',
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const simulatorUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = await startTestApi({ jobs: true, mockGatewayUrl: `${simulatorUrl}/mock` });
    simulator = createSimulator({
      webhookUrl: `${api.url}/api/v1/payments/webhooks/mock`,
      secret: api.webhookSecret,
      delivery: { backoffMs: 20 },
    });
    closeSimulator = async () => {
      await simulator?.stop();
      server.close();
    };

    const folder = await mkdtemp(join(tmpdir(), 'commerce-shop-'));
    await mkdir(join(folder, '.data'));
    const { url, webhookSecret: mockWebhookSecret, customerTokenSecret } = api;
    const local = { url, simulatorUrl, adminApiKey: await api.createApiKey(), mockWebhookSecret, customerTokenSecret };
    await writeFile(join(folder, '.data', 'local.json'), JSON.stringify(local));

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
