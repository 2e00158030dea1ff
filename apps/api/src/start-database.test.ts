import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { pendingMigrations } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiKeyProgram } from './api-key-program.ts';
import { DatabaseUnusable, startDatabase } from './start-database.ts';
import { runProgram } from './testing/program.ts';
import { openFaultInjectingProxy } from './testing/fault-injecting-proxy.ts';

let own: TestDatabase;
beforeAll(async () => (own = await openTestDatabase()));
afterAll(() => own?.drop());

test('several processes that start at once on an empty schema migrate it once', async () => {
  const start = () => startDatabase({ url: own.url, schema: 'fresh', waitMaxMs: 0 });
  const all = await Promise.all([start(), start(), start()]);
  for (const database of all) expect(await pendingMigrations(database)).toEqual([]);
  await Promise.all(all.map((database) => database.close()));
});

test('it waits for a server that starts later, and logs that once', async () => {
  const wire = await openFaultInjectingProxy(() => own.url);
  await wire.disconnect();
  const said: string[] = [];
  const database = await startDatabase({
    url: wire.url,
    waitMaxMs: 15_000,
    onWait(message) {
      said.push(message);
      void wire.reconnect();
    },
  });
  expect(said).toEqual([
    expect.stringMatching(/^no PostgreSQL responds at 127\.0\.0\.1:\d+\/\w+ \(ECONNREFUSED\); waiting/),
  ]);
  await database.close();
  await wire.disconnect();
});

test('it gives up a server that does not start, and names its address', async () => {
  const start = startDatabase({ url: 'postgres://shop:hunter2@127.0.0.1:1/shop', waitMaxMs: 300 });
  await expect(start).rejects.toThrow(DatabaseUnusable);
  await expect(start).rejects.toThrow('no PostgreSQL responds at 127.0.0.1:1/shop (ECONNREFUSED)');
});

test('create-api-key migrates and prints a working key and nothing else, and again a key of the same client', async () => {
  const env = { DATABASE_URL: own.url, DATABASE_SCHEMA: 'keys' };
  const program = runProgram('create-api-key.ts', env, { args: ['--name', 'till', '--scopes', 'orders, stock'] });
  expect(await program.exit).toBe(0);
  expect(program.stdout()).toMatch(/^ck_[\w-]{43}\n$/);
  expect(await apiKeyProgram(['--name', 'till', '--scopes', 'orders'], env)).toMatchObject({ exitCode: 0, stderr: '' });
  const { rows } = await own.pool.query(
    'select name, scopes from keys.api_keys k join keys.api_clients c on c.id = client_id order by k.id',
  );
  expect(rows).toEqual([
    { name: 'till', scopes: ['orders', 'stock'] },
    { name: 'till', scopes: ['orders'] },
  ]);
  expect((await own.pool.query('select 1 from keys.api_clients')).rowCount).toBe(1);
});

test('a wrong call of create-api-key prints the reason and no key', async () => {
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

test('create-api-key without a database names the missing variable', async () => {
  const program = runProgram('create-api-key.ts', {}, { args: ['--name', 'till', '--scopes', 'orders'] });
  expect(await program.exit).toBe(1);
  expect(program.stderr()).toContain('DATABASE_URL: is missing');
});
