import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { pendingMigrations } from '@commerce-core/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
      wire.reconnect().catch(() => undefined);
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

test('create-api-key migrates and prints only a working key, and again a key of the same client', async () => {
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

describe('a database that the shop can not run in ends a start with exit code 1 and one sentence:', () => {
  const names = Array.from({ length: 3 }, () => `own_${crypto.randomUUID().replaceAll('-', '')}`);
  const [user = '', latin = '', closed = ''] = names;
  const urlOf = (change: { user?: string; database?: string }) =>
    Object.assign(new URL(own.url), {
      ...(change.user && { username: change.user, password: 'secret' }),
      ...(change.database && { pathname: `/${change.database}` }),
    }).href;
  const run = async (sql: string) => own.pool.query(sql);
  const ownName = () => new URL(own.url).pathname.slice(1);

  beforeAll(async () => {
    await run(`create role ${user} login password 'secret'`);
    await run(`create database ${latin} encoding 'LATIN1' locale 'C' template template0`);
    await run(`create database ${closed}`);
  });
  afterAll(async () => {
    for (const name of [latin, closed]) await run(`drop database ${name} with (force)`);
    await run(`drop owned by ${user}; drop role ${user}`);
  });

  type Case = { url: () => string; schema?: string; before?: () => string; after?: () => string; reason: RegExp };
  const cases: Record<string, Case> = {
    'in another encoding': {
      url: () => urlOf({ database: latin }),
      reason: /can't be used: its encoding is LATIN1.*create one with/,
    },
    'that is read-only': {
      url: () => own.url,
      before: () => `alter role current_user in database "${ownName()}" set default_transaction_read_only = on`,
      after: () => `begin read write; alter role current_user in database "${ownName()}" reset all; commit`,
      reason: /can't be used: it is read-only.*switch that off/,
    },
    'that does not exist': {
      url: () => urlOf({ database: 'not_there' }),
      reason: /rejects the connection \(no such database; create it/,
    },
    'that takes no connections': {
      url: () => urlOf({ database: closed }),
      before: () => `alter database ${closed} allow_connections false`,
      after: () => `alter database ${closed} allow_connections true`,
      reason: /rejects the connection \(the database takes no connections/,
    },
    'that has no connection left': {
      url: () => urlOf({ database: closed, user }),
      before: () => `alter database ${closed} connection limit 0`,
      after: () => `alter database ${closed} connection limit -1`,
      reason: /rejects the connection \(it has no connection left; raise/,
    },
    'whose user may not log in': {
      url: () => urlOf({ user }),
      before: () => `alter role ${user} nologin`,
      after: () => `alter role ${user} login`,
      reason: /rejects the connection \(the user may not connect from here; check/,
    },
    'whose user may not connect to it': {
      url: () => urlOf({ database: closed, user }),
      before: () => `revoke connect on database ${closed} from public`,
      after: () => `grant connect on database ${closed} to public`,
      reason: /rejects the connection \(the user may not connect to this database; grant/,
    },
    'whose user may create no schema': {
      url: () => urlOf({ user }),
      schema: 'not_there',
      reason: /can't be migrated: permission denied for database \w+; grant/,
    },
    'whose user may not use the tables': {
      url: () => urlOf({ user }),
      before: () =>
        `grant usage on schema commerce to ${user}; grant select on all tables in schema commerce to ${user}`,
      reason: /can't be used: its user may not read and write .*orders.*; try: grant usage on schema commerce/,
    },
  };

  test.each(Object.entries(cases))('one %s', async (_, { url, schema = 'commerce', before, after, reason }) => {
    if (before) await run(before());
    const env = { DATABASE_URL: url(), DATABASE_SCHEMA: schema };
    const result = await apiKeyProgram(['--name', 'till', '--scopes', 'orders'], env);
    if (after) await run(after());
    expect(result.stderr).toMatch(reason);
    expect(result.stderr.trimEnd().split('\n'), 'one line, without a stack').toHaveLength(1);
    expect(result.stderr).not.toContain('secret');
    expect([result.exitCode, result.stdout]).toEqual([1, '']);
  });

  test('a user who may only read and write rows can start a shop that is migrated', async () => {
    await run(`grant usage on schema commerce to ${user};
      grant select, insert, update, delete on all tables in schema commerce to ${user}`);
    const database = await startDatabase({ url: urlOf({ user }), waitMaxMs: 0 });
    expect(await pendingMigrations(database)).toEqual([]);
    await database.close();
  });
});
