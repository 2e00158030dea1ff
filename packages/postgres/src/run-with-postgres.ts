import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { startTestServer } from './test-server.ts';

// run-with-postgres COMMAND [ARGUMENT…]: runs the command with TEST_DATABASE_URL set, ends as the command ends.

const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('Usage: run-with-postgres COMMAND [ARGUMENT…]');
  process.exit(2);
}

let interrupted: NodeJS.Signals | undefined;
let forward = (signal: NodeJS.Signals): void => {
  interrupted = signal;
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => forward(signal));

const run = (url: string): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_URL: url } });
    forward = (signal) => child.kill(signal);
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });

try {
  const server = await startTestServer();
  console.log(`PostgreSQL for the tests: ${server.description}`);
  try {
    process.exitCode = interrupted ? 128 + constants.signals[interrupted] : await run(server.url);
  } finally {
    await server.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
