import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '@commerce-core/api/client';
import { createClient } from '@commerce-core/api/client';
import type { CommandContext } from './command-context.ts';
import { Failure } from './failure.ts';
import { shopFetch } from './shop-fetch.ts';

/** Where the shop is and what opens it. */
export type Connection = {
  url: string;
  apiKey: string | undefined;
  simulatorUrl: string | undefined;
  customerTokenSecret: string | undefined;
};

type Local = Partial<Record<'url' | 'simulatorUrl' | 'adminApiKey' | 'customerTokenSecret', string>>;

/**
 * The shop that the environment names (`COMMERCE_URL`, `COMMERCE_API_KEY`), else the one that `npm start` runs from
 * this folder or one above it.
 *
 * @throws Failure when neither is there
 */
export function findConnection({ env, folder }: Pick<CommandContext, 'env' | 'folder'>): Connection {
  const local = readLocal(folder);
  const url = (env['COMMERCE_URL'] || local.url)?.replace(/\/+$/, '');
  if (!url) {
    throw new Failure(
      'No shop found. Run `npm start` in the repository and call me there, or set COMMERCE_URL and COMMERCE_API_KEY.',
      2,
    );
  }
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new Failure(`COMMERCE_URL is no address: ${url}. Give one like http://127.0.0.1:3000.`, 2);
  }
  // What opens the local shop is not for anybody else's.
  const known = url === local.url?.replace(/\/+$/, '') ? local : {};
  return {
    url,
    apiKey: env['COMMERCE_API_KEY'] || known.adminApiKey,
    simulatorUrl: env['COMMERCE_SIMULATOR_URL'] || known.simulatorUrl,
    customerTokenSecret: env['CUSTOMER_JWT_SECRET'] || known.customerTokenSecret,
  };
}

/**
 * A client for the shop as an operator.
 *
 * @param attemptsMax how often a call is sent at most; once more unless said: a lost answer is mended, and nobody waits
 * long for a shop that isn't there
 * @throws Failure when there is no shop or no key
 */
export function connect(context: CommandContext, attemptsMax = 2): { client: Client; connection: Connection } {
  const connection = findConnection(context);
  const { url, apiKey } = connection;
  if (!apiKey) {
    throw new Failure(`No API key for ${url}. Set COMMERCE_API_KEY to an operator's key.`, 2);
  }
  return { client: createClient({ url, token: apiKey, fetch: shopFetch(url), attemptsMax }), connection };
}

function readLocal(start: string): Local {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, '.data', 'local.json');
    const text = readIfThere(file);
    if (text !== undefined) return parseLocal(text, file);
    if (folder === dirname(folder)) return {};
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    // Somebody else's shop, started by another user: the environment may name ours.
    if (code === 'EACCES') return undefined;
    throw error;
  }
}

function parseLocal(text: string, file: string): Local {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) throw new Error('no object');
    return Object.fromEntries(Object.entries(parsed).filter(([, value]) => typeof value === 'string'));
  } catch {
    throw new Failure(`${file} is damaged. \`npm start\` writes it anew.`, 2);
  }
}
