import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { startLocalServer } from './local-server.ts';
import { processIsAlive } from './process-is-alive.ts';
import { query } from './local-server.testing.ts';

const folders: string[] = [];
const newClone = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'local-server-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Starts the clone's server in a process of its own, which prints its pid and URL. */
const startElsewhere = (clone: string) => {
  const program = `
    import { startLocalServer } from ${JSON.stringify(import.meta.resolve('./local-server.ts'))};
    const { pid, url } = await startLocalServer(${JSON.stringify(clone)});
    console.log(JSON.stringify({ pid, url }));
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const started = new Promise<{ pid: number; url: string }>((resolve) => {
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as { pid: number; url: string }));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  return { started, kill };
};

test('a server whose start was killed is taken over and stopped', async () => {
  const clone = newClone();
  const elsewhere = startElsewhere(clone);
  const { pid, url } = await elsewhere.started;
  await elsewhere.kill();
  expect(processIsAlive(pid)).toBe(true);

  const adopted = await startLocalServer(clone);
  expect(adopted).toMatchObject({ pid, url, adopted: true });
  await adopted.stop();
  expect(processIsAlive(pid)).toBe(false);
});

test('after a killed server the next start has all committed rows', async () => {
  const clone = newClone();
  const first = await startLocalServer(clone);
  await query(first.url, "create table kept as select 'still here' as word");
  process.kill(first.pid, 'SIGKILL');
  await first.lost;

  const second = await startLocalServer(clone);
  expect(second.adopted).toBe(false);
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'still here' }]);
  await second.stop();
});

test('a first start killed at any moment never prevents the next one', async () => {
  for (let afterMs = 100; afterMs <= 1_300; afterMs += 150) {
    const clone = newClone();
    const elsewhere = startElsewhere(clone);
    await delay(afterMs);
    await elsewhere.kill();
    const next = await startLocalServer(clone);
    expect(await query(next.url, 'select 1 as one'), `killed after ${afterMs} ms`).toEqual([{ one: 1 }]);
    await next.stop();
  }
});
