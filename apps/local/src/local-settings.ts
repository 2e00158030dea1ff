import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Settings that `npm start` writes for other programs on this machine: the CLI, load tests, a front end. */
export type LocalSettings = {
  url: string;
  simulatorUrl: string;
  /** An API key with all scopes. */
  adminApiKey: string;
  /** `whsec_<base64>`. */
  mockWebhookSecret: string;
  customerTokenSecret: string;
  /** Encrypts the secrets of webhook endpoints: 32 bytes in base64. */
  webhookSecretsKey: string;
  /** A customer's bearer token. */
  customerToken: string;
  /** A database beside the shop's own, on the same server; empty when DATABASE_URL names the shop's database. */
  exampleDatabaseUrl: string;
};

const names = [
  'url',
  'simulatorUrl',
  'adminApiKey',
  'mockWebhookSecret',
  'customerTokenSecret',
  'webhookSecretsKey',
  'customerToken',
  'exampleDatabaseUrl',
] as const;

/** Reads the settings of the previous start. Missing or invalid ones are created; secrets never change after that. */
export const readSettings = (file: string): LocalSettings => {
  let stored: unknown;
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const fresh: LocalSettings = {
    url: '',
    simulatorUrl: '',
    adminApiKey: '',
    mockWebhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    customerTokenSecret: randomBytes(32).toString('base64url'),
    webhookSecretsKey: randomBytes(32).toString('base64'),
    customerToken: '',
    exampleDatabaseUrl: '',
  };
  if (typeof stored !== 'object' || stored === null) return fresh;
  const known = stored as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => [name, typeof known[name] === 'string' ? known[name] : fresh[name]]),
  ) as LocalSettings;
};

/** Writes the settings in one step (rename), to a file that other users can never read. */
export const writeSettings = (file: string, settings: LocalSettings): void =>
  writePrivately(file, `${JSON.stringify(settings, null, 2)}\n`);

/** Writes what a customer's program and a program on the database need, as variables for `node --env-file`. */
export const writeProgramEnv = (file: string, settings: LocalSettings): void => {
  const { url, simulatorUrl, customerToken, exampleDatabaseUrl } = settings;
  const variables = {
    COMMERCE_URL: url,
    SIMULATOR_URL: simulatorUrl,
    CUSTOMER_TOKEN: customerToken,
    ...(exampleDatabaseUrl && { DATABASE_URL: exampleDatabaseUrl }),
  };
  writePrivately(
    file,
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
};

const writePrivately = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.new-${process.pid}`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, file);
};
