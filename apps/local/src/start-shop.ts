import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildPage } from '@commerce-core/admin/build-page';
import { createClient } from '@commerce-core/client';
import { findMisspelled, misspelledText } from '@commerce-core/api/misspelled';
import { customerToken } from './customer-token.ts';
import { loadDemoCatalogue } from './demo-catalogue.ts';
import { readSettings, writeProgramEnv, writeSettings, type LocalSettings } from './local-settings.ts';
import { nextSteps } from './next-steps.ts';
import { ifFree } from './port.ts';
import { openDatabase, startApi, startSimulator, type ShopOptions, type SimulatorPort } from './shop-parts.ts';
import { leaveOneUnpaid, walkThrough } from './walk-through.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

const busyMs = 5_000;

type PortOptions = { port: number; host: string; settings: LocalSettings };

/**
 * Returns the API's port. Waits up to 5 s for an API whose `npm start` was just killed, because that API is about to
 * end.
 */
const portForApi = async ({ port, host, settings }: PortOptions): Promise<number> => {
  const deadline = Date.now() + busyMs;
  for (;;) {
    const free = await ifFree(port, host);
    if (free !== undefined) return free;
    const isApi = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (!isApi || Date.now() > deadline) {
      // Another port would not help: one start at a time uses this folder's data.
      if (!process.env['DATABASE_URL'] && (await isServing(settings)))
        throw new Error(`The shop of this folder runs already, at ${settings.url}. Use it, or stop it first.`);
      throw portTaken('PORT', port);
    }
    await delay(100);
  }
};

const portTaken = (name: string, port: number): Error =>
  new Error(`Port ${port} is taken. Free it, or choose another one: ${name}=${port + 5} npm start`);

/** Whether an API runs on this folder's data: it accepts the key of the previous start. */
const isServing = ({ url, adminApiKey }: LocalSettings): Promise<boolean> => {
  if (!url || !adminApiKey) return Promise.resolve(false);
  return createClient({ url, token: adminApiKey, attemptsMax: 1 })
    .order.list.query({ limit: 1 })
    .then(
      () => true,
      () => false,
    );
};

/** Returns SIMULATOR_PORT, which must be free, else 3001 or any free port. */
const portForSimulator = async (apiPort: number): Promise<SimulatorPort> => {
  if (process.env['SIMULATOR_PORT']) {
    const port = portFromEnvironment('SIMULATOR_PORT', 0);
    const free = port === apiPort && port !== 0 ? undefined : await ifFree(port, '127.0.0.1');
    if (free === undefined) throw portTaken('SIMULATOR_PORT', port);
    return { port: free };
  }
  return { port: apiPort === 3001 ? 0 : 3001, ifTaken: 0 };
};

type KeyOptions = { clone: string; url: string; databaseUrl: string; known: string };

/** Returns the key of the previous start if the API still accepts it, else a new one. */
const adminKey = async ({ clone, url, databaseUrl, known }: KeyOptions): Promise<string> => {
  if (known) {
    // The key of an older version lacks the scope for webhooks.
    const error = await createClient({ url, token: known })
      .webhookEndpoint.list.query({ limit: 1 })
      .then(
        () => undefined,
        (caught: { data?: { code?: string } }) => caught,
      );
    if (!error) return known;
    if (error.data?.code !== 'UNAUTHORIZED' && error.data?.code !== 'FORBIDDEN') throw error;
  }
  const scopes = 'catalog,stock,orders,money,gateway-events,events,webhooks,keys,guests';
  const script = join(clone, 'apps/api/src/create-api-key.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--name', 'npm start', '--scopes', scopes], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  return stdout.trim();
};

/** The address of the operators' page, with a link that signs in. */
const signInLink = async (url: string, token: string): Promise<string> =>
  `${url}${(await createClient({ url, token }).session.createLink.mutate()).path}`;

const portFromEnvironment = (name: string, usual: number): number => {
  const given = process.env[name] || String(usual);
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${name} is not a port number: ${given}`);
  return port;
};

/** Refuses near misses of the variables that this program reads. The API refuses those of its own. */
const refuseMisspelled = (): void => {
  const known = ['PORT', 'HOST', 'DATABASE_URL', 'SIMULATOR_PORT'];
  const misspelled = findMisspelled(process.env, known);
  if (misspelled.length > 0) throw new Error(misspelled.map(misspelledText).join('\n'));
};

/**
 * Starts PostgreSQL (unless DATABASE_URL names one), the gateway simulator and the API. Fills an empty catalogue, takes
 * one order from placement to a return, and prints what to try next. `lost` resolves with the reason when a part ends
 * unexpectedly.
 */
export const startShop = async (options: ShopOptions): Promise<{ lost: Promise<string> }> => {
  const { clone, home, print } = options;
  refuseMisspelled();
  const host = process.env['HOST'] || '127.0.0.1';
  const dataFolder = join(home, '.data');
  mkdirSync(dataFolder, { recursive: true });
  const settingsFile = join(dataFolder, 'local.json');
  const settings = readSettings(settingsFile);
  const port = await portForApi({ port: portFromEnvironment('PORT', 3000), host, settings });
  const simulatorPort = await portForSimulator(port);
  const url = `http://127.0.0.1:${port}`;

  // The page's files are built while PostgreSQL starts: about two seconds, once for a version of the page.
  const building = buildPage().catch((error: unknown) => String(error));
  const database = await openDatabase(options, settings);
  const setup = { ...options, dataFolder, settings, host, port, simulatorPort };
  const simulator = startSimulator(setup);
  const simulatorUrl = await simulator.ready;
  print(`Simulator   ${simulatorUrl}`);
  const built = await building;
  const api = startApi(setup, database.url, simulatorUrl);
  await api.ready;
  print(`API         ${url}, its log in .data/api.log`);

  const adminApiKey = await adminKey({ clone, url, databaseUrl: database.url, known: settings.adminApiKey });
  const { customerTokenSecret, customerToken: known, exampleDatabaseUrl } = settings;
  const token = await customerToken('demo-customer', customerTokenSecret, known);
  const current = {
    ...settings,
    url,
    simulatorUrl,
    adminApiKey,
    customerToken: token,
    // Kept while DATABASE_URL names another server: it has the port that the next start should use again.
    exampleDatabaseUrl: database.exampleUrl || exampleDatabaseUrl,
  };
  writeSettings(settingsFile, current);
  writeProgramEnv(join(dataFolder, 'env'), { ...current, exampleDatabaseUrl: database.exampleUrl });
  if (typeof built === 'string') print(`Page        not built: ${built}`);
  else print(`Page        ${url}/admin. This signs in once, in 10 minutes:\n${await signInLink(url, adminApiKey)}`);
  print('Keys        .data/local.json, for programs .data/env');
  const receiver = await startWebhookReceiver(createClient({ url, token: adminApiKey }));
  options.onStarted('Receiver', receiver.stop);
  await demonstrate({ ...current, exampleDatabaseUrl: database.exampleUrl }, receiver, print);
  return { lost: Promise.race([database.lost, simulator.ended, api.ended]) };
};

/** Fills an empty catalogue, takes one order from placement to a return, and prints what to try next. */
const demonstrate = async (
  { url, simulatorUrl, adminApiKey, customerToken, exampleDatabaseUrl }: LocalSettings,
  receiver: WebhookReceiver,
  print: ShopOptions['print'],
): Promise<void> => {
  const operator = createClient({ url, token: adminApiKey });
  const made = await loadDemoCatalogue(operator);
  if (made > 0) print(`Catalogue   ${made} demo products`);
  const customer = createClient({ url, token: customerToken });
  print();
  const shop = { customer, operator, simulatorUrl };
  const order = await walkThrough(shop, print);
  print();
  await receiver.printEvents(order.id, 'return.closed', print);
  const unpaid = await leaveOneUnpaid(shop);
  print();
  print(nextSteps({ simulatorUrl, number: order.number, unpaid, customerToken, exampleDatabaseUrl }));
};
