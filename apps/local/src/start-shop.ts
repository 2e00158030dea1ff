import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createClient } from '@commerce-core/api/client';
import { startLocalServer } from '@commerce-core/postgres';
import { customerToken } from './customer-token.ts';
import { loadDemoCatalogue } from './demo-catalogue.ts';
import { readSettings, writeSettings } from './local-settings.ts';
import { nextSteps } from './next-steps.ts';
import { ifFree } from './port.ts';
import { startProgram } from './program.ts';
import { leaveOneUnpaid, walkThrough } from './walk-through.ts';

/** Where and how to start the shop. */
export type ShopOptions = {
  /** The folder of the repository. */
  clone: string;
  /** The folder whose `.data` has settings, logs and, if PostgreSQL's user can read it, the data. */
  home: string;
  print: (line?: string) => void;
  /** Called after each started part that must be stopped. It may throw to abort the start. */
  onStarted: (name: string, stop: () => Promise<void>) => void;
};

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
export const startShop = async ({ clone, home, print, onStarted }: ShopOptions): Promise<{ lost: Promise<string> }> => {
  const host = process.env['HOST'] || '127.0.0.1';
  const port = await portForApi(portFromEnvironment(), host);
  const url = `http://127.0.0.1:${port}`;
  const dataFolder = join(home, '.data');
  mkdirSync(dataFolder, { recursive: true });
  const settingsFile = join(dataFolder, 'local.json');
  const settings = readSettings(settingsFile);

  let databaseUrl = process.env['DATABASE_URL'] ?? '';
  let databaseLost: Promise<string> = new Promise(() => {});
  if (databaseUrl) {
    print('PostgreSQL  the one of DATABASE_URL');
  } else {
    const server = await startLocalServer(home);
    databaseUrl = server.url;
    databaseLost = server.lost.then(() => 'PostgreSQL ended by itself.');
    const where = server.note ?? `data in ${relative(home, server.data)}`;
    const adopted = server.adopted ? 'still running from an earlier start, ' : '';
    print(`PostgreSQL  ${new URL(server.url).host}, ${adopted}${where}`);
    onStarted('PostgreSQL', server.stop);
  }

  const simulatorPort = (port !== 3001 && (await ifFree(3001, '127.0.0.1'))) || (await ifFree(0, '127.0.0.1'));
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`;
  const simulator = startProgram({
    name: 'gateway simulator',
    script: join(clone, 'apps/gateway-simulator/src/main.ts'),
    env: {
      PORT: String(simulatorPort),
      HOST: '127.0.0.1',
      WEBHOOK_URL: `${url}/api/v1/payments/webhooks/mock`,
      MOCK_WEBHOOK_SECRET: settings.mockWebhookSecret,
    },
    log: join(dataFolder, 'simulator.log'),
    readyUrl: `${simulatorUrl}/healthz`,
  });
  onStarted('Simulator', simulator.stop);

  const api = startProgram({
    name: 'API',
    script: join(clone, 'apps/api/src/main.ts'),
    env: {
      PORT: String(port),
      HOST: host,
      // The same as in apps/api's start script: less memory than Node's default, at the same speed.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=32 --max-old-space-size=2048`.trim(),
      DATABASE_URL: databaseUrl,
      MOCK_WEBHOOK_SECRETS: settings.mockWebhookSecret,
      MOCK_GATEWAY_URL: `${simulatorUrl}/mock`,
      CUSTOMER_JWT_SECRET: settings.customerTokenSecret,
      // These could be another shop's settings, with which the API would reject this shop's tokens.
      CUSTOMER_JWKS_URL: '',
      CUSTOMER_JWT_ISSUER: '',
      CUSTOMER_JWT_AUDIENCE: '',
    },
    log: join(dataFolder, 'api.log'),
    readyUrl: `${url}/readyz`,
  });
  onStarted('API', api.stop);
  await Promise.all([simulator.ready, api.ready]);
  print(`Simulator   ${simulatorUrl}`);
  print(`API         ${url}, its log in .data/api.log`);

  const adminApiKey = await adminKey({ clone, url, databaseUrl, known: settings.adminApiKey });
  writeSettings(settingsFile, { ...settings, url, simulatorUrl, adminApiKey });
  print('Keys        .data/local.json');

  const operator = createClient({ url, token: adminApiKey });
  const made = await loadDemoCatalogue(operator);
  if (made > 0) print(`Catalogue   ${made} demo products`);
  const customer = createClient({ url, token: await customerToken('demo-customer', settings.customerTokenSecret) });
  print();
  const shop = { customer, operator, simulatorUrl };
  const orderId = await walkThrough(shop, print);
  const unpaid = await leaveOneUnpaid(shop);
  print();
  print(nextSteps({ url, orderId, unpaid }));
  return { lost: Promise.race([databaseLost, simulator.ended, api.ended]) };
};
