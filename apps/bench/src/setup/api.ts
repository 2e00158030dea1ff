import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '@commerce-core/client';
import { connect, createCommerce, scopes, type QuoteLine } from '@commerce-core/core';
import { scratchFolder } from './scratch.ts';

/** A process of the API that listens. */
export type ApiProcess = {
  url: string;
  pid: number;
  tokenSecret: string;
  webhookSecret: string;
  stop: () => Promise<void>;
};

export type Api = ApiProcess & { apiKey: string; operator: Client };

const folder = new URL('../../../api/', import.meta.url);
const readyMs = 30_000;

/**
 * Starts the API as its package's `start` does, and creates an operator's key.
 *
 * @param env additional environment variables
 * @param nodeOptions such as --cpu-prof
 * @throws Error with the log when the API doesn't listen within 30 s
 */
export async function startApi(
  databaseUrl: string,
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): Promise<Api> {
  return withOperator(databaseUrl, await startApiProcess(databaseUrl, env, nodeOptions));
}

const quotingProgram = fileURLToPath(new URL('quoting-api.ts', import.meta.url));

/** Starts an API whose orders get the lines of a quote, as an embedder's function returns them. */
export async function startQuotingApi(databaseUrl: string, quote: readonly QuoteLine[]): Promise<Api> {
  const env = { BENCH_QUOTE: JSON.stringify(quote) };
  return withOperator(databaseUrl, await startApiProcess(databaseUrl, env, [], quotingProgram));
}

async function withOperator(databaseUrl: string, api: ApiProcess): Promise<Api> {
  const apiKey = await createApiKey(databaseUrl);
  return { ...api, apiKey, operator: createClient({ url: api.url, token: apiKey }) };
}

/**
 * Starts a process of the API with customers' tokens, webhooks, and a log file, and returns as soon as it listens.
 * @throws Error with the log when the API doesn't listen within 30 s
 */
export async function startApiProcess(
  databaseUrl: string,
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
  program?: string,
): Promise<ApiProcess> {
  const log = join(scratchFolder('api'), 'log');
  const tokenSecret = randomBytes(32).toString('base64url');
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const child = spawnApi(log, [...nodeOptions, ...startArguments(program)], {
    DATABASE_URL: databaseUrl,
    CUSTOMER_JWT_SECRET: tokenSecret,
    MOCK_WEBHOOK_SECRETS: webhookSecret,
    // Counted, and never reached: all load comes from one address.
    CALLS_PER_KEY: '1000000',
    CALLS_PER_CUSTOMER: '1000000',
    CALLS_PER_ADDRESS: '1000000',
    ...env,
  });
  const ended = new Promise<undefined>((resolve) => child.once('exit', () => resolve(undefined)));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const url = await Promise.race([listeningUrl(child), ended, sleep(readyMs, undefined, { ref: false })]);
  if (url !== undefined && child.pid !== undefined) return { url, pid: child.pid, tokenSecret, webhookSecret, stop };
  const output = readFileSync(log, 'utf8').trim();
  if (child.exitCode === null) await stop();
  throw new Error(`the API did not start: ${output}`);
}

function spawnApi(log: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // The API stops when this IPC channel closes, even if this process is killed.
    stdio: ['ignore', output, output, 'ipc'],
    // A separate process group, so a terminal's Ctrl-C reaches only this process.
    detached: true,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  closeSync(output);
  return child;
}

/** Returns Node's arguments in the script `start` of the API's package, with its own or another program. */
function startArguments(other?: string): string[] {
  // This repository's own package.json.
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    scripts: { start: string };
  };
  const [program, ...args] = scripts.start.split(' ');
  if (program !== 'node') throw new Error(`the API's start script runs ${program}, not node`);
  return other === undefined ? args : [...args.slice(0, -1), other];
}

/** Returns the address that the API sends to its parent process when it listens. */
const listeningUrl = async (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.on('message', (message: { listening?: string }) => {
      if (message.listening !== undefined) resolve(message.listening);
    });
  });

async function createApiKey(url: string): Promise<string> {
  const database = connect({ url, poolMax: 1 });
  try {
    return (await createCommerce({ database }).createApiKey({ name: 'bench', scopes: [...scopes] })).key;
  } finally {
    await database.close();
  }
}
