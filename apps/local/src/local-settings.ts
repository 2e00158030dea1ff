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
};

const names = ['url', 'simulatorUrl', 'adminApiKey', 'mockWebhookSecret', 'customerTokenSecret'] as const;

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
  };
  if (typeof stored !== 'object' || stored === null) return fresh;
  const known = stored as Record<string, unknown>;
  return Object.fromEntries(
    names.map((name) => [name, typeof known[name] === 'string' ? known[name] : fresh[name]]),
  ) as LocalSettings;
};

/** Writes the settings in one step (rename), to a file that other users can never read. */
export const writeSettings = (file: string, settings: LocalSettings): void => {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.new-${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, file);
};
