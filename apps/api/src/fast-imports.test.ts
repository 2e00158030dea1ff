import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const run = promisify(execFile);

/** Imports the core in a process of its own. Returns its CPU time and where drizzle-orm was found. */
async function importCore(setUp: string) {
  const script = `${setUp}
    const { connect } = await import('@commerce-core/core');
    const { db, close } = connect({ url: 'postgres://127.0.0.1:1/none' });
    await close();
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ cpuMs: (user + system) / 1000, database: db.constructor.name }));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_COMPILE_CACHE: '', NODE_DISABLE_COMPILE_CACHE: '1' },
  });
  return JSON.parse(stdout) as { cpuMs: number; database: string };
}

test('the imports of the core cost far less CPU time, and give the same modules', async () => {
  const plain = await importCore('');
  const fast = await importCore(`(await import('./fast-imports.ts')).speedUpImports();`);
  expect(fast.database).toBe(plain.database);
  // A third on an idle machine; compiled modules are not used here.
  expect(fast.cpuMs / plain.cpuMs).toBeLessThan(0.75);
});

describe('a start', () => {
  /** Runs the API's program, which ends because it has no DATABASE_URL. Returns what was loaded until then. */
  async function start(file: string, temporaryFolder: string) {
    const listing = `import { createRequire } from 'node:module';
      const { cache } = createRequire('/');
      process.on('exit', () => console.log(JSON.stringify([...process.moduleLoadList, ...Object.keys(cache)])));`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(listing)}`, file];
    const ended = run(process.execPath, args, {
      cwd: import.meta.dirname,
      env: { PATH: process.env['PATH'], TMPDIR: temporaryFolder },
    });
    const { stdout, stderr } = await ended.catch((error: { stdout: string; stderr: string }) => error);
    expect(stderr).toMatch(/DATABASE_URL/);
    return (JSON.parse(stdout) as string[]).join('\n');
  }

  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'compile-cache-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("loads Node's compiler for types only until all files are in the cache", async () => {
    expect(await start('main.js', folder)).toContain('internal/deps/amaro');
    expect(await start('main.js', folder)).not.toContain('internal/deps/amaro');
  });

  test('works where no cache can be written, and by its earlier name', async () => {
    expect(await start('main.ts', '/dev/null')).toContain('internal/deps/amaro');
  });

  test('loads neither OpenTelemetry nor the clients of databases that the shop does not use', async () => {
    const loaded = await start('main.js', folder);
    expect(loaded).toContain('prom-client');
    expect(loaded).not.toMatch(/opentelemetry|RateLimiterRedis/);
  });
});
