import { startServerPair, type PairedServer, type ServerPair } from '@commerce-core/postgres';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type Database } from './connect.ts';
import { sqlState } from './database-errors.ts';
import { withTransaction } from './with-transaction.ts';

// A primary and a synchronous standby, and what happens to connections when roles change.

let pair: ServerPair;
let opened: Database[];
let primaries: { host: string; timeline: number }[];
beforeEach(async () => {
  pair = await startServerPair();
  opened = [];
  primaries = [];
  await pair.primary.query('create schema test; create table test.items (id text primary key)');
});
afterEach(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await pair.stop();
});

const urlOf = (...servers: PairedServer[]) =>
  pair.primary.url.replace(pair.primary.host, servers.map(({ host }) => host).join(','));

function open(url: string): Database {
  const database = connect({
    url,
    schemaInSql: 'test',
    applicationName: 'test',
    acquireTimeoutMs: 3_000,
    onPrimary: (primary) => primaries.push(primary),
  });
  opened.push(database);
  return database;
}

async function openClient(url: string): Promise<pg.Client & { lastError?: unknown }> {
  const client: pg.Client & { lastError?: unknown } = new pg.Client({ connectionString: url });
  client.on('error', (error: unknown) => (client.lastError ??= error));
  await client.connect();
  return client;
}

const insert = async (database: Database, id: string) =>
  withTransaction(database, async (tx) => {
    tx.send({ name: 'insert_item', text: 'insert into test.items values ($1)' }, [id]);
    // A promoted server hands out the ids of transactions again that never reached it, so an id proves nothing.
    tx.setWitness({ text: 'select from test.items where id = $1', values: [id] });
  });
/** Inserts until it succeeds, as callers repeat a call after `database_unavailable`. */
const insertAtLast = async (database: Database, id: string) =>
  expect
    .poll(async () =>
      insert(database, id).then(
        () => 'done',
        (error: Error) => error.message,
      ),
    )
    .toBe('done');
const itemsOf = async (server: PairedServer) =>
  (await server.query('select id from test.items order by id')).map(({ id }) => id);
const portOf = async (database: Database) => (await database.writers.query('show port')).rows[0].port;
const portIn = (server: PairedServer) => server.host.split(':')[1];

test('a connection to a standby gets 25006 for writes before the promotion, and writes after it', async () => {
  const client = await openClient(pair.standby.url);
  const write = async () => client.query(`insert into test.items values ('a')`);
  await expect(write().catch((error) => Promise.reject(sqlState(error)))).rejects.toBe('25006');
  await expect(
    client.query('select pg_current_xact_id()').catch((error) => Promise.reject(sqlState(error))),
  ).rejects.toBe('25006');
  await expect(
    client.query('select pg_current_wal_lsn()').catch((error) => Promise.reject(sqlState(error))),
  ).rejects.toBe('55000');
  await pair.primary.kill();
  await pair.promote();
  await write();
  await client.end();
});

test('a primary that becomes a standby closes its connections with 57P01 before any gets 25006', async () => {
  const client = await openClient(pair.primary.url);
  await pair.primary.stop();
  await expect.poll(() => sqlState(client.lastError)).toBe('57P01');
  await expect(client.query('select 1')).rejects.toThrow();
});

test('transactions and reads go to the primary, wherever it stands in the URL', async () => {
  for (const url of [urlOf(pair.standby, pair.primary), urlOf(pair.primary, pair.standby)]) {
    const database = open(url);
    await insert(database, url);
    expect([await portOf(database), (await database.pool.query('show port')).rows[0].port]).toEqual([
      portIn(pair.primary),
      portIn(pair.primary),
    ]);
  }
  expect(primaries).toEqual([1, 2].map(() => ({ host: pair.primary.host, timeline: 1 })));
});

test('without a primary a call fails with database_unavailable, because no server takes writes', async () => {
  const database = open(urlOf(pair.standby, pair.standby));
  await expect(insert(database, 'a')).rejects.toMatchObject({
    code: 'database_unavailable',
    message: 'no server of the database takes writes at the moment; nothing was done',
  });
});

test('within a second of a promotion writes go to the new primary, and nothing acknowledged is lost', async () => {
  const database = open(urlOf(pair.primary, pair.standby));
  const acknowledged: string[] = [];
  let isRunning = true;
  let lastAt = 0;
  const writing = Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; isRunning; n += 1) {
        const id = `${writer}-${n}`;
        await insert(database, id).then(
          () => {
            acknowledged.push(id);
            lastAt = performance.now();
          },
          async () => new Promise((resolve) => setTimeout(resolve, 20)),
        );
      }
    }),
  );
  await expect.poll(() => acknowledged.length).toBeGreaterThan(500);
  await pair.primary.kill();
  await pair.promote();
  const promotedAt = performance.now();
  await expect.poll(() => lastAt, { interval: 5 }).toBeGreaterThan(promotedAt);
  expect(lastAt - promotedAt).toBeLessThan(1_000);
  isRunning = false;
  await writing;
  expect(await itemsOf(pair.standby)).toEqual(expect.arrayContaining(acknowledged.toSorted()));
  expect(await portOf(database)).toBe(portIn(pair.standby));
  expect(primaries.at(-1)).toEqual({ host: pair.standby.host, timeline: 2 });
});

test('a transaction whose COMMIT never reached the new primary counts as aborted and runs again there', async () => {
  const database = open(urlOf(pair.primary, pair.standby));
  let runs = 0;
  const begin = performance.now();
  await withTransaction(database, async (tx) => {
    runs += 1;
    tx.setWitness({ text: `select from test.items where id = 'a'`, values: [] });
    tx.send({ name: 'insert_item', text: 'insert into test.items values ($1)' }, ['a']);
    await tx.began;
    if (runs > 1) return;
    await pair.primary.kill();
    await pair.promote();
  });
  expect(performance.now() - begin).toBeLessThan(8_000);
  expect(runs).toBe(2);
  expect(await itemsOf(pair.standby)).toEqual(['a']);
});

test('an old primary that is started again and takes writes is never used', async () => {
  const database = open(urlOf(pair.primary, pair.standby));
  await insert(database, 'before');
  await pair.primary.kill();
  await pair.promote();
  await insertAtLast(database, 'after');
  await pair.primary.start({ synchronous_standby_names: '' });
  await pair.primary.query(`insert into test.items values ('impostor')`);
  // Known to the program that saw the promotion, also while the new primary is down.
  await pair.standby.kill();
  await expect(insert(database, 'lost')).rejects.toMatchObject({ code: 'database_unavailable' });
  await pair.standby.start();
  await insertAtLast(database, 'back');
  // Known to a program that starts now, because it compares the timelines of both.
  const another = open(urlOf(pair.primary, pair.standby));
  await insert(another, 'another');
  expect(await itemsOf(pair.standby)).toEqual(['after', 'another', 'back', 'before']);
  expect(await itemsOf(pair.primary)).toEqual(['before', 'impostor']);
});

test('when another server becomes the primary, no connection stays at the old one that still responds', async () => {
  const database = open(urlOf(pair.primary, pair.standby));
  await insert(database, 'before');
  const client = await database.writers.connect();
  await pair.promote();
  await expect.poll(() => primaries.at(-1)?.host).toBe(pair.standby.host);
  await expect(client.query('select 1')).rejects.toThrow();
  client.release(true);
  await insertAtLast(database, 'after');
  expect(await itemsOf(pair.standby)).toEqual(['after', 'before']);
  const left = `select count(*)::int as connections from pg_stat_activity where application_name = 'test'
    and query !~ 'pg_is_in_recovery'`;
  await expect.poll(async () => (await pair.primary.query(left))[0].connections).toBe(0);
});

test('a primary of another cluster is refused, because nothing tells which one is right', async () => {
  const other = await startServerPair();
  try {
    await other.primary.query(`alter role postgres password '${new URL(pair.primary.url).password}'`);
    const url = urlOf(pair.primary, other.primary);
    const errorOf = async (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        () => 'no error',
        (error) => error,
      );
    // A server that doesn't respond in time, on a busy machine, isn't compared, so each try has a search of its own.
    const refusal = 'no server of the database takes writes at the moment; nothing was done';
    await expect.poll(() => errorOf(insert(open(url), 'a'))).toMatchObject({ message: refusal });
    const details = `${pair.primary.host} and ${other.primary.host} belong to different clusters`;
    await expect.poll(() => errorOf(open(url).pool.query('select 1'))).toMatchObject({ details });
  } finally {
    await other.stop();
  }
});
