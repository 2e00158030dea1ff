import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { scratchFolder } from './scratch.ts';

/** An API process on its own port. `log` is the file that it logs to. */
export type Api = { url: string; log: string; kill: () => Promise<void>; stop: () => Promise<void> };

const main = fileURLToPath(new URL('../../../api/src/main.js', import.meta.url));
// Ends a start that hangs.
const readyMs = 5 * 60_000;

/** Starts an API process. @throws Error with the process's output when it does not start within 5 minutes */
export async function startApi(env: Record<string, string>): Promise<Api> {
  const log = join(scratchFolder('api'), 'log');
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [main], {
    // The API process stops when this process's end of the IPC channel is gone.
    stdio: ['ignore', output, output, 'ipc'],
    // A process group of its own, so that a terminal's Ctrl-C reaches only this process.
    detached: true,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...env },
  });
  closeSync(output);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await ended;
  };
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const url = listeningUrl(readFileSync(log, 'utf8'));
    if (url) return { url, log, kill: end('SIGKILL'), stop: end('SIGTERM') };
    if (child.exitCode !== null || performance.now() > giveUpAt) {
      await end('SIGKILL')();
      throw new Error(`the API did not start: ${readFileSync(log, 'utf8').trim()}`);
    }
    await sleep(50);
  }
}

function listeningUrl(log: string): string | undefined {
  const line = log
    .split('\n')
    .slice(0, -1)
    .find((line) => line.includes('"msg":"listening"'));
  return line === undefined ? undefined : (JSON.parse(line) as { url: string }).url;
}
