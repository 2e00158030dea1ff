import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '@commerce-core/client';
import type { LocalSettings } from './local-settings.ts';
import { ifFree } from './port.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
export const serving = 'Serving. Ctrl-C stops';

/** An empty folder in place of a clone, and ports for its shop that other shops of this machine don't take. */
export const newHome = async () => {
  const home = mkdtempSync(join(tmpdir(), 'local-shop-'));
  chmodSync(home, 0o755);
  const port = (await ifFree(0, '127.0.0.1')) ?? 0;
  const simulatorPort = (await ifFree(0, '127.0.0.1')) ?? 0;
  const started: ChildProcess[] = [];
  /** The process id of the PostgreSQL that runs on the folder's data, from its pid file. */
  const postgresPid = (): number | undefined => {
    const file = join(home, '.data', 'postgres', 'postmaster.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
  };
  const settings = () => JSON.parse(readFileSync(join(home, '.data', 'local.json'), 'utf8')) as LocalSettings;
  const operator = () => createClient({ url: settings().url, token: settings().adminApiKey });
  return {
    home,
    port,
    simulatorPort,
    settings,
    operator,
    /** The id of the order whose number is in an output. */
    orderIdIn: async (output: string, pattern: RegExp): Promise<string> => {
      const text = pattern.exec(output)?.[1] ?? '';
      return (await operator().system.lookUp.query({ kind: 'order', text })).matches[0]?.id ?? '';
    },
    started,
    postgresPid,
    /** Also ends what a failed test left running; main's programs end with it. */
    remove: (): void => {
      for (const child of started.splice(0)) child.kill('SIGKILL');
      const postgres = postgresPid();
      if (postgres !== undefined) process.kill(postgres, 'SIGKILL');
      rmSync(home, { recursive: true, force: true, maxRetries: 10 });
    },
  };
};

export type Home = Awaited<ReturnType<typeof newHome>>;

/** Runs the program of `npm start` in a process group of its own, as a terminal would. */
export const startMain = ({ home, port, simulatorPort, started }: Home, variables: Record<string, string> = {}) => {
  const { DATABASE_URL: _url, npm_lifecycle_event: _event, ...env } = process.env;
  const child = spawn(process.execPath, [main, home], {
    env: { ...env, PORT: String(port), SIMULATOR_PORT: String(simulatorPort), ...variables },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    output: () => output,
    ended,
    signalGroup: (signal: NodeJS.Signals) => process.kill(-(child.pid ?? NaN), signal),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    says: async (text: string): Promise<void> => {
      const deadline = Date.now() + 150_000;
      while (!output.includes(text)) {
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`It never said "${text}":\n${output}`);
        await delay(20);
      }
    },
  };
};

/** Checks that a stopped shop leaves neither its server nor a listener on its ports. */
export const leftovers = async (shop: Home): Promise<string[]> => {
  const left = shop.postgresPid() === undefined ? [] : ['PostgreSQL'];
  if ((await ifFree(shop.port, '127.0.0.1')) === undefined) left.push('API');
  if ((await ifFree(shop.simulatorPort, '127.0.0.1')) === undefined) left.push('simulator');
  return left;
};
