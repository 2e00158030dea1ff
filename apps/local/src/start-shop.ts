import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createClient } from '@commerce-core/api/client';
import { customerToken } from './customer-token.ts';
import { loadDemoCatalogue } from './demo-catalogue.ts';
import { readSettings, writeSettings, type LocalSettings } from './local-settings.ts';
import { nextSteps } from './next-steps.ts';
import { ifFree } from './port.ts';
import { openDatabase, startApi, startSimulator, type ShopOptions } from './shop-parts.ts';
import { leaveOneUnpaid, walkThrough } from './walk-through.ts';

const busyMs = 5_000;

/**
 * Returns the API's port. Waits up to 5 s for an API whose `npm start` was just killed, because that API is about to
 * end.
 */
const portForApi = async (port: number, host: string): Promise<number> => {
  const deadline = Date.now() + busyMs;
  for (;;) {
    const free = await ifFree(port, host);
    if (free !== undefined) return free;
    const ours = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (!ours || Date.now() > deadline) {
      throw new Error(
        `Port ${port} is taken${ours ? ', probably by a shop that already runs' : ''}. ` +
          `Free it, or choose another one: PORT=${port + 5} npm start`,
      );
    }
    await delay(100);
  }
};

type KeyOptions = { clone: string; url: string; databaseUrl: string; known: string };

/** Returns the key of the previous start if the API still accepts it, else a new one. */
const adminKey = async ({ clone, url, databaseUrl, known }: KeyOptions): Promise<string> => {
  if (known) {
    const error = await createClient({ url, token: known })
      .order.list.query({ limit: 1 })
      .then(
        () => undefined,
        (caught: { data?: { code?: string } }) => caught,
      );
    if (!error) return known;
    if (error.data?.code !== 'UNAUTHORIZED' && error.data?.code !== 'FORBIDDEN') throw error;
  }
  const scopes = 'catalog,stock,orders,money,gateway-events,keys';
  const script = join(clone, 'apps/api/src/create-api-key.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--name', 'npm start', '--scopes', scopes], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  return stdout.trim();
};

const portFromEnvironment = (): number => {
  const given = process.env['PORT'] || '3000';
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port number: ${given}`);
  return port;
};

/**
 * Starts PostgreSQL (unless DATABASE_URL names one), the gateway simulator and the API. Fills an empty catalogue, takes
 * one order from placement to delivery, and prints what to try next. `lost` resolves with the reason when a part ends
 * unexpectedly.
 */
export const startShop = async (options: ShopOptions): Promise<{ lost: Promise<string> }> => {
  const { clone, home, print } = options;
  const host = process.env['HOST'] || '127.0.0.1';
  const port = await portForApi(portFromEnvironment(), host);
  const url = `http://127.0.0.1:${port}`;
  const dataFolder = join(home, '.data');
  mkdirSync(dataFolder, { recursive: true });
  const settingsFile = join(dataFolder, 'local.json');
  const settings = readSettings(settingsFile);

  const database = await openDatabase(options);
  const setup = { ...options, dataFolder, settings, host, port };
  const simulator = await startSimulator(setup);
  const api = startApi(setup, database.url, simulator.url);
  await Promise.all([simulator.ready, api.ready]);
  print(`Simulator   ${simulator.url}`);
  print(`API         ${url}, its log in .data/api.log`);

  const adminApiKey = await adminKey({ clone, url, databaseUrl: database.url, known: settings.adminApiKey });
  const current = { ...settings, url, simulatorUrl: simulator.url, adminApiKey };
  writeSettings(settingsFile, current);
  print('Keys        .data/local.json');
  await demonstrate(current, print);
  return { lost: Promise.race([database.lost, simulator.ended, api.ended]) };
};

/** Fills an empty catalogue, takes one order from placement to delivery, and prints what to try next. */
const demonstrate = async (
  { url, simulatorUrl, adminApiKey, customerTokenSecret }: LocalSettings,
  print: ShopOptions['print'],
): Promise<void> => {
  const operator = createClient({ url, token: adminApiKey });
  const made = await loadDemoCatalogue(operator);
  if (made > 0) print(`Catalogue   ${made} demo products`);
  const customer = createClient({ url, token: await customerToken('demo-customer', customerTokenSecret) });
  print();
  const shop = { customer, operator, simulatorUrl };
  const orderId = await walkThrough(shop, print);
  const unpaid = await leaveOneUnpaid(shop);
  print();
  print(nextSteps({ url, orderId, unpaid }));
};
