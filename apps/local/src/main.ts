import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startShop } from './start-shop.ts';

// main [FOLDER]: a whole shop on this machine, with one order taken through it before your eyes. Its data are in
// FOLDER's `.data` (the clone's, when not given), or where `.data/where` says.

const clone = fileURLToPath(new URL('../../..', import.meta.url));
const home = process.argv[2] ? resolve(process.argv[2]) : clone;
const print = (line = ''): void => console.log(line);

// Whoever read our output may go (`npm start | head`); the shop is worth more than its last lines.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

let stopping = false;
const { promise: stopRequested, resolve: tellStop } = Promise.withResolvers<void>();
const requestStop = (): void => {
  stopping = true;
  tellStop();
};
// npm and the terminal may each send one for a single Ctrl-C: a second signal says nothing new.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, requestStop);
if (process.env['npm_lifecycle_event'] === 'start') {
  // npm killed outright can't pass it on: then we are somebody else's child.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && requestStop(), 500).unref();
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const denied = 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
  if (!denied) return error.message;
  return `${error.message}\nAnother user, root perhaps, made it: start as that user, or change its owner.`;
};

/** In the order in which it was started, stopped from the last to the first. */
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
  // A signal that made the start fail (Ctrl-C reaches initdb too) is handled one turn later.
  await delay(50);
  if (!stopping) {
    console.error(`\n${explain(error)}`);
    process.exitCode = 1;
  }
}
if (running.length > 0) print('\nStopping');
await stopAll();
// What was just starting when the signal came.
await starting.catch(() => {});
await stopAll();
process.exit();
