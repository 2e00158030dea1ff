import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

const serverUrl = (): string => process.env['TEST_DATABASE_URL'] ?? '';
const run = Math.random().toString(36).slice(2, 8);
const made: TestDatabase[] = [];
const create = async (template: string, prepare: (url: string) => Promise<void>): Promise<TestDatabase> => {
  const database = await createTestDatabase({ template, prepare });
  made.push(database);
  return database;
};

afterAll(async () => {
  await Promise.all(made.map((database) => database.drop()));
  const templates = await query(serverUrl(), `select datname from pg_database where datname like '%template_${run}'`);
  for (const { datname } of templates) await query(serverUrl(), `drop database "${String(datname)}"`);
});

test('concurrent requests prepare a template once', async () => {
  let prepared = 0;
  const databases = await Promise.all(
    Array.from({ length: 8 }, () =>
      create(`together_template_${run}`, async (url) => {
        prepared += 1;
        await query(url, 'create table things (name text)');
        await query(url, "insert into things values ('from the template')");
      }),
    ),
  );
  expect(prepared).toBe(1);
  expect(new Set(databases.map(({ url }) => url)).size).toBe(8);
  for (const { url } of databases) expect(await query(url, 'select name from things')).toHaveLength(1);
});

test('rows written to one clone are in no other clone', async () => {
  const prepare = async (url: string): Promise<void> => {
    await query(url, 'create table things (name text)');
  };
  const one = await create(`apart_template_${run}`, prepare);
  const other = await create(`apart_template_${run}`, prepare);
  await query(one.url, "insert into things values ('mine')");
  expect(await query(other.url, 'select * from things')).toEqual([]);
});

test('a failed preparation leaves no template, and the next one starts again', async () => {
  const template = `failing_template_${run}`;
  const failing = create(template, async (url) => {
    await query(url, 'create table half_made ()');
    throw new Error('broken migration');
  });
  await expect(failing).rejects.toThrow('broken migration');
  const { url } = await create(template, async (fresh) => {
    await query(fresh, 'create table whole ()');
  });
  const tables = await query(url, "select tablename from pg_tables where schemaname = 'public'");
  expect(tables).toEqual([{ tablename: 'whole' }]);
});

test('a database with open sessions can be dropped', async () => {
  const database = await create(`dropped_template_${run}`, async () => {});
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  await client.connect();
  await database.drop();
  const name = new URL(database.url).pathname.slice(1);
  expect(await query(serverUrl(), `select 1 from pg_database where datname = '${name}'`)).toEqual([]);
  await client.end();
});

test('databases keep UTC and order text the same on every machine', async () => {
  const { url } = await create(`settings_template_${run}`, async () => {});
  expect(await query(url, 'show timezone')).toEqual([{ TimeZone: 'UTC' }]);
  const sorted = "select array_agg(word order by word) as words from unnest(array['a', 'B', 'é']) word";
  expect(await query(url, sorted)).toEqual([{ words: ['B', 'a', 'é'] }]);
});
