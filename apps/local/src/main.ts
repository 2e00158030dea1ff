import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startShop } from './start-shop.ts';

// main [FOLDER]: starts a whole shop on this machine and takes one order through it. The data are in FOLDER's `.data`
// (defaults to the clone's), or in the folder that `.data/where` names.

const clone = fileURLToPath(new URL('../../..', import.meta.url));
const home = process.argv[2] ? resolve(process.argv[2]) : clone;
const print = (line = ''): void => console.log(line);

// The reader of the output may end (`npm start | head`); the shop keeps running without its last lines.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let stopping = false;
const { promise: stopRequested, resolve: resolveStop } = Promise.withResolvers<void>();
const requestStop = (): void => {
  stopping = true;
  resolveStop();
};
// npm and the terminal may each send a signal for a single Ctrl-C, so a second signal changes nothing.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, requestStop);
if (process.env['npm_lifecycle_event'] === 'start') {
  // A killed npm passes no signal on. This process then has another parent.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && requestStop(), 500).unref();
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const denied = 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  if (!denied) return error.message;
  return `${error.message}\nAnother user (perhaps root) created it: start as that user, or change its owner.`;
};

/** The started parts, in order. They are stopped in reverse order. */
const running: { name: string; stop: () => Promise<void> }[] = [];

const stopAll = async (): Promise<void> => {
  for (let last = running.pop(); last; last = running.pop()) {
    try {
      await last.stop();
      print(`  ${last.name} stopped`);
    } catch (error) {
      print(`  ${last.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
};

const starting = startShop({
  clone,
  home,
  print,
  onStarted: (name, stop) => {
    running.push({ name, stop });
    if (stopping) throw new Error('stopped while starting');
  },
});
try {
  const shop = await Promise.race([starting, stopRequested]);
  if (shop) {
    print('Serving. Ctrl-C stops the API, the simulator and PostgreSQL, in that order.');
    const why = await Promise.race([shop.lost, stopRequested]);
    if (why) throw new Error(why);
  }
} catch (error) {
  // Ctrl-C reaches initdb too and makes the start fail; this process's own signal handler runs a moment later.
  await delay(50);
  if (!stopping) {
    console.error(`\n${explain(error)}`);
    process.exitCode = 1;
  }
}
if (running.length > 0) print('\nStopping');
await stopAll();
// Stops what was starting when the signal arrived.
await starting.catch(() => {});
await stopAll();
process.exit();
