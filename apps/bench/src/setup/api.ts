import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@commerce-core/api/client';
import { connect, createCommerce, scopes } from '@commerce-core/core';
import { scratchFolder } from './scratch.ts';

export type Api = {
  url: string;
  pid: number;
  tokenSecret: string;
  webhookSecret: string;
  apiKey: string;
  operator: Client;
  stop: () => Promise<void>;
};

const main = fileURLToPath(new URL('../../../api/src/main.js', import.meta.url));
const readyMs = 30_000;

/**
 * Starts the API as its package's `start` does: a separate process with customers' tokens, webhooks, and a log file.
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
  const log = join(scratchFolder('api'), 'log');
  const tokenSecret = randomBytes(32).toString('base64url');
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const child = spawnApi(log, nodeOptions, {
    DATABASE_URL: databaseUrl,
    CUSTOMER_JWT_SECRET: tokenSecret,
    MOCK_WEBHOOK_SECRETS: webhookSecret,
    ...env,
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const url = listeningUrl(readFileSync(log, 'utf8'));
    if (url && child.pid !== undefined) {
      const apiKey = await createApiKey(databaseUrl);
      const operator = createClient({ url, token: apiKey });
      return { url, tokenSecret, webhookSecret, apiKey, pid: child.pid, stop, operator };
    }
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      const output = readFileSync(log, 'utf8').trim();
      await stop();
      throw new Error(`the API did not start: ${output}`);
    }
    await sleep(20);
  }
}

function spawnApi(log: string, nodeOptions: readonly string[], env: Record<string, string>): ChildProcess {
  const output = openSync(log, 'w', 0o600);
  const args = ['--max-semi-space-size=32', '--max-old-space-size=2048', ...nodeOptions, main];
  const child = spawn(process.execPath, args, {
    // The API stops when this IPC channel closes, even if this process is killed.
    stdio: ['ignore', output, output, 'ipc'],
    // A separate process group, so a terminal's Ctrl-C reaches only this process.
    detached: true,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  closeSync(output);
  return child;
}

function listeningUrl(log: string): string | undefined {
  for (const line of log.split('\n').slice(0, -1)) {
    if (!line.includes('"msg":"listening"')) continue;
    // The API's own log line.
    return (JSON.parse(line) as { url: string }).url;
  }
  return undefined;
}

async function createApiKey(url: string): Promise<string> {
  const database = connect({ url, poolMax: 1 });
  try {
    return (await createCommerce({ database }).createApiKey({ name: 'bench', scopes: [...scopes] })).key;
  } finally {
    await database.close();
  }
}
