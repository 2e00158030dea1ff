import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { pendingMigrations } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeyProgram } from './api-key-program.ts';
import { DatabaseUnusable, startDatabase } from './start-database.ts';
import { runProgram } from './testing/program.ts';
import { openWire } from './testing/wire.ts';

let own: TestDatabase;
beforeAll(async () => (own = await openTestDatabase()));
afterAll(() => own?.drop());

test('several that start at once on an empty schema migrate it once', async () => {
  const start = () => startDatabase({ url: own.url, schema: 'fresh', patienceMs: 0 });
  const all = await Promise.all([start(), start(), start()]);
  for (const database of all) expect(await pendingMigrations(database)).toEqual([]);
  await Promise.all(all.map((database) => database.close()));
});

test('a server that comes up later is waited for, and that is said once', async () => {
  const wire = await openWire(own.url);
  await wire.cut();
  const said: string[] = [];
  const database = await startDatabase({
    url: wire.url,
    patienceMs: 15_000,
    onWait(message) {
      said.push(message);
      void wire.mend();
    },
  });
  expect(said).toEqual([
    expect.stringMatching(/^no PostgreSQL answers at 127\.0\.0\.1:\d+\/\w+ \(ECONNREFUSED\); waiting/),
  ]);
  await database.close();
  await wire.cut();
});

test('a server that does not come up is given up, with where it should be', async () => {
  const start = startDatabase({ url: 'postgres://shop:hunter2@127.0.0.1:1/shop', patienceMs: 300 });
  await expect(start).rejects.toThrow(DatabaseUnusable);
  await expect(start).rejects.toThrow('no PostgreSQL answers at 127.0.0.1:1/shop (ECONNREFUSED)');
});

test('create-api-key migrates, and prints a key that works and nothing else', async () => {
  const env = { DATABASE_URL: own.url, DATABASE_SCHEMA: 'keys' };
  const program = runProgram('create-api-key.ts', env, { args: ['--name', 'till', '--scopes', 'orders, stock'] });
  expect(await program.exit).toBe(0);
  expect(program.stdout()).toMatch(/^ck_[\w-]{43}\n$/);
  const { rows } = await own.pool.query('select name, scopes from keys.api_keys');
  expect(rows).toEqual([{ name: 'till', scopes: ['orders', 'stock'] }]);
});

test('create-api-key called wrongly says why and prints no key', async () => {
  const calls: [code: number, args: string[]][] = [
    [2, ['--name', 'till']],
    [2, ['--name', 'till', '--scopes', 'everything']],
    [2, ['--what']],
    [1, ['--name', 'x'.repeat(101), '--scopes', 'orders']],
  ];
  await Promise.all(
    calls.map(async ([code, args]) => {
      const { exitCode, stdout, stderr } = await apiKeyProgram(args, { DATABASE_URL: own.url });
      expect(exitCode, args.join()).toBe(code);
      expect([stdout, stderr]).toEqual(['', expect.stringMatching(/\w/)]);
    }),
  );
});

test('create-api-key without a database says which variable is missing', async () => {
  const program = runProgram('create-api-key.ts', {}, { args: ['--name', 'till', '--scopes', 'orders'] });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toContain('DATABASE_URL: is missing');
});
