import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('./run-with-postgres.ts', import.meta.url));

/** Runs a shell command with a test server of its own: it does not see the server of these tests. */
const runWithPostgres = (script: string) => {
  const { TEST_DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, 'sh', '-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let onOutput = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      onOutput();
    });
  }
  return {
    child,
    ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
    output: () => output,
    says: (text: string) =>
      new Promise<void>((resolve) => {
        onOutput = () => output.includes(text) && resolve();
        onOutput();
      }),
  };
};

const urlIn = (output: string): string => /url=(\S+)/.exec(output)?.[1] ?? '';

const isGone = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  }
};

test('the command has a server while it runs, and its exit code is returned', async () => {
  const run = runWithPostgres('echo "url=$TEST_DATABASE_URL"; exit 7');
  expect(await run.ended).toBe(7);
  expect(run.output()).toMatch(/^PostgreSQL for the tests: /);
  expect(await isGone(urlIn(run.output()))).toBe(true);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s reaches the command, and the server stops after it', async (signal) => {
  const run = runWithPostgres(`trap 'echo "ended by signal"; exit 3' INT TERM
    echo "url=$TEST_DATABASE_URL"
    while :; do sleep 0.05; done`);
  await run.says('url=');
  expect(await isGone(urlIn(run.output()))).toBe(false);
  run.child.kill(signal);
  expect(await run.ended).toBe(3);
  expect(run.output()).toContain('ended by signal');
  expect(await isGone(urlIn(run.output()))).toBe(true);
});

test('a missing command is named', async () => {
  const { TEST_DATABASE_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [program, 'no-such-command'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(127);
  expect(said).toContain('no-such-command');
});
