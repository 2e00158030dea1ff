import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('./run-with-postgres.ts', import.meta.url));

test('when the run is killed, its embedded server ends and its data are removed', async () => {
  const { TEST_DATABASE_URL: _, ...env } = process.env;
  // Docker hidden: a container's end after a kill is Testcontainers' own affair.
  const hidden = { ...env, DOCKER_HOST: 'tcp://127.0.0.1:1' };
  const run = spawn(process.execPath, [program, 'sh', '-c', 'echo "url=$TEST_DATABASE_URL"; exec sleep 3'], {
    env: hidden,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((resolve) => {
    run.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/url=\S+\n/.test(output)) resolve();
    });
  });
  const client = new pg.Client({ connectionString: /url=(\S+)/.exec(output)?.[1] });
  const ended = new Promise((resolve) => client.once('end', resolve));
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>('show data_directory');
  const data = rows[0]?.data_directory ?? '';
  expect(existsSync(data)).toBe(true);

  run.kill('SIGKILL');
  await ended;
  const deadline = Date.now() + 20_000;
  while (existsSync(data) && Date.now() < deadline) await delay(50);
  expect(existsSync(data)).toBe(false);
});
