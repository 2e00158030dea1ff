import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

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
