import { spawn } from 'node:child_process';
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

const main = fileURLToPath(new URL('../../../api/src/main.ts', import.meta.url));
const readyMs = 30_000;

/**
 * The API as it is run (by its package's `start`): a process of its own with customers' tokens, webhooks and a log line a request, in a file.
 * @param nodeOptions such as --cpu-prof
 */
export async function startApi(
  databaseUrl: string,
  env: Record<string, string>,
  nodeOptions: readonly string[] = [],
): Promise<Api> {
  const log = join(scratchFolder('api'), 'log');
  const output = openSync(log, 'w', 0o600);
  const tokenSecret = randomBytes(32).toString('base64url');
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=32', '--max-old-space-size=2048', ...nodeOptions, main],
    {
      // The channel's end tells it that we are gone.
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own: a terminal's Ctrl-C reaches us alone.
      detached: true,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: databaseUrl,
        PORT: '0',
        LOG_LEVEL: 'info',
        CUSTOMER_JWT_SECRET: tokenSecret,
        MOCK_WEBHOOK_SECRETS: webhookSecret,
        ...env,
      },
    },
  );
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const url = listeningUrl(readFileSync(log, 'utf8'));
    if (url) {
      const apiKey = await createApiKey(databaseUrl);
      return {
        url,
        tokenSecret,
        webhookSecret,
        apiKey,
        pid: child.pid!,
        stop,
        operator: createClient({ url, token: apiKey }),
      };
    }
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      const said = readFileSync(log, 'utf8').trim();
      await stop();
      throw new Error(`the API did not start: ${said}`);
    }
    await sleep(20);
  }
}

function listeningUrl(log: string): string | undefined {
  for (const line of log.split('\n').slice(0, -1)) {
    if (!line.includes('"msg":"listening"')) continue;
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
