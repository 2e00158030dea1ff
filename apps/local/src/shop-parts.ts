import { join, relative } from 'node:path';
import { startLocalServer } from '@commerce-core/postgres';
import type { LocalSettings } from './local-settings.ts';
import { startProgram, type Program } from './program.ts';

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

/** What the simulator and the API are started with: the API's address, and the secrets that both know. */
type Setup = Pick<ShopOptions, 'clone' | 'onStarted'> & {
  dataFolder: string;
  settings: LocalSettings;
  host: string;
  port: number;
  simulatorPort: SimulatorPort;
};

/** The simulator's port, and what it takes when that port is taken (0 is any free one). */
export type SimulatorPort = { port: number; ifTaken?: number };

type ShopDatabase = {
  url: string;
  /** A database for programs beside the shop; empty on a server that isn't ours. */
  exampleUrl: string;
  /** Resolves with the reason when the started server ends. */
  lost: Promise<string>;
};

/** Starts PostgreSQL unless DATABASE_URL names one. It has the port of the previous start if that is free. */
export const openDatabase = async (
  { home, print, onStarted }: ShopOptions,
  { exampleDatabaseUrl }: LocalSettings,
): Promise<ShopDatabase> => {
  const given = process.env['DATABASE_URL'];
  if (given) {
    print('PostgreSQL  the one of DATABASE_URL');
    return { url: given, exampleUrl: '', lost: new Promise(() => {}) };
  }
  const port = URL.canParse(exampleDatabaseUrl) ? Number(new URL(exampleDatabaseUrl).port) : undefined;
  const server = await startLocalServer(home, { port });
  const lost = server.lost.then(() => 'PostgreSQL ended by itself.');
  const where = server.note ?? `data in ${relative(home, server.data)}`;
  const adopted = server.adopted ? 'still running from an earlier start, ' : '';
  print(`PostgreSQL  ${new URL(server.url).host}, ${adopted}${where}`);
  onStarted('PostgreSQL', server.stop);
  return { url: server.url, exampleUrl: server.exampleUrl, lost };
};

/** Starts the gateway simulator. `ready` resolves with its address. */
export const startSimulator = ({ clone, onStarted, dataFolder, settings, port, simulatorPort }: Setup): Program => {
  const program = startProgram({
    name: 'gateway simulator',
    script: join(clone, 'apps/gateway-simulator/src/main.ts'),
    env: {
      PORT: String(simulatorPort.port),
      ...(simulatorPort.ifTaken !== undefined && { PORT_IF_TAKEN: String(simulatorPort.ifTaken) }),
      HOST: '127.0.0.1',
      BOOK_FILE: join(dataFolder, 'simulator-book.jsonl'),
      WEBHOOK_URL: `http://127.0.0.1:${port}/api/v1/payments/webhooks/mock`,
      MOCK_WEBHOOK_SECRET: settings.mockWebhookSecret,
      MOCK_CARRIER_WEBHOOK_URL: `http://127.0.0.1:${port}/api/v1/shipments/webhooks/mock`,
      MOCK_CARRIER_SECRET: settings.mockWebhookSecret,
    },
    log: join(dataFolder, 'simulator.log'),
    readyPath: '/healthz',
  });
  onStarted('Simulator', program.stop);
  return program;
};

/** Starts the API with this database and this simulator. */
export const startApi = (
  { clone, onStarted, dataFolder, settings, host, port }: Setup,
  databaseUrl: string,
  simulatorUrl: string,
): Program => {
  const program = startProgram({
    name: 'API',
    script: join(clone, 'apps/api/src/main.js'),
    env: {
      PORT: String(port),
      HOST: host,
      // The same as in apps/api's start script: less memory than Node's default, at the same speed.
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --max-semi-space-size=32 --max-old-space-size=2048`.trim(),
      DATABASE_URL: databaseUrl,
      MOCK_WEBHOOK_SECRETS: settings.mockWebhookSecret,
      MOCK_GATEWAY_URL: `${simulatorUrl}/mock`,
      TRACKING_MOCK_SECRET: settings.mockWebhookSecret,
      TRACKING_MOCK_URL: `${simulatorUrl}/mock-carrier`,
      CUSTOMER_JWT_SECRET: settings.customerTokenSecret,
      WEBHOOK_SECRETS_KEY: settings.webhookSecretsKey,
      WEBHOOK_ALLOW_PRIVATE: 'on',
      // These could be another shop's settings, with which the API would reject this shop's tokens.
      CUSTOMER_JWKS_URL: '',
      CUSTOMER_JWT_ISSUER: '',
      CUSTOMER_JWT_AUDIENCE: '',
    },
    log: join(dataFolder, 'api.log'),
    readyPath: '/readyz',
  });
  onStarted('API', program.stop);
  return program;
};
