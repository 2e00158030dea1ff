import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '@commerce-core/client';
import { createClient } from '@commerce-core/client';
import type { CommandContext } from './command-context.ts';
import { Failure } from './failure.ts';
import { chosenProfile } from './profiles/profiles.ts';
import { shopFetch } from './shop-fetch.ts';

/** A shop's address and the key for it. */
export type Connection = {
  url: string;
  apiKey: string | undefined;
  simulatorUrl: string | undefined;
  customerTokenSecret: string | undefined;
  /** Where the key is from, for messages. */
  keySource: string;
};

type NamedProfile = NonNullable<ReturnType<typeof chosenProfile>>;
type Local = Partial<Record<'url' | 'simulatorUrl' | 'adminApiKey' | 'customerTokenSecret', string>>;

/**
 * Returns the shop of the chosen profile, else the one that the environment names (`COMMERCE_URL`, `COMMERCE_API_KEY`).
 * Otherwise it returns the shop that `npm start` runs in this folder or in a folder above it.
 *
 * @throws Failure when there is neither
 */
export function findConnection(context: Pick<CommandContext, 'env' | 'folder' | 'profile'>): Connection {
  const profile = chosenProfile(context);
  return profile ? connectionTo(profile, context) : connectionNearby(context);
}

function connectionTo(
  { name, url, apiKey, simulatorUrl }: NamedProfile,
  { env }: Pick<CommandContext, 'env'>,
): Connection {
  return {
    url,
    apiKey,
    simulatorUrl,
    customerTokenSecret: env['CUSTOMER_JWT_SECRET'],
    keySource: `the profile ${name}`,
  };
}

function connectionNearby({ env, folder }: Pick<CommandContext, 'env' | 'folder'>): Connection {
  const local = readLocal(folder);
  const url = (env['COMMERCE_URL'] || local.url)?.replace(/\/+$/, '');
  if (!url) {
    throw new Failure(
      'No shop found. Run `npm start` in the repository and call me there, set COMMERCE_URL and COMMERCE_API_KEY, or ' +
        'choose one of `commerce profiles list` by --profile.',
      2,
    );
  }
  if (!isAddress(url)) throw new Failure(`COMMERCE_URL is no address: ${url}. Give one like http://127.0.0.1:3000.`, 2);
  // The key of the local shop is never sent to another shop.
  const known = url === local.url?.replace(/\/+$/, '') ? local : {};
  return {
    url,
    apiKey: env['COMMERCE_API_KEY'] || known.adminApiKey,
    simulatorUrl: env['COMMERCE_SIMULATOR_URL'] || known.simulatorUrl,
    customerTokenSecret: env['CUSTOMER_JWT_SECRET'] || known.customerTokenSecret,
    keySource: env['COMMERCE_API_KEY'] ? 'COMMERCE_API_KEY' : '.data/local.json',
  };
}

/**
 * Returns the address of the gateway simulator: the one that `option` was given, else the connection's.
 *
 * @throws Failure when there is none, or it is no address
 */
export function simulatorOf({ simulatorUrl }: Connection, option: string, given: string | undefined): string {
  const url = (given ?? simulatorUrl)?.replace(/\/+$/, '');
  if (!url) throw new Failure(`No gateway simulator: set COMMERCE_SIMULATOR_URL or give ${option}.`, 2);
  if (isAddress(url)) return url;
  const name = given === undefined ? 'COMMERCE_SIMULATOR_URL' : option;
  throw new Failure(`${name} is no address: ${url}. Give one like http://127.0.0.1:3001.`, 2);
}

const isAddress = (url: string): boolean => URL.canParse(url) && /^https?:/.test(url);

/**
 * Returns a client for the shop, with an operator's key.
 *
 * @param attemptsMax how often a call is sent at most. Defaults to 2: a lost answer is repaired, and a shop that isn't
 * there is reported soon.
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
    // Another user started this shop. The environment may name a shop of our own.
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
