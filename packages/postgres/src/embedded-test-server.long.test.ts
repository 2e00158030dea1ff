import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';

test('when the process that started it is killed, the server ends and its data are removed', async () => {
  const program = `
    import { startEmbeddedTestServer } from ${JSON.stringify(import.meta.resolve('./embedded-test-server.ts'))};
    console.log((await startEmbeddedTestServer()).url);
    setInterval(() => {}, 1_000);`;
  const run = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve) => {
    run.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
  });
  const client = new pg.Client({ connectionString: url });
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
