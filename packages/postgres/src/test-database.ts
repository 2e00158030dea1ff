import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = {
  url: string;
  /** Ends all sessions and drops the database. */
  drop: () => Promise<void>;
};

const quoted = (name: string): string => pg.escapeIdentifier(name);
const random = (): string => randomBytes(6).toString('hex');

const serverUrl = (): string => {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('There is no test server: TEST_DATABASE_URL is empty. `npm test` starts one and sets it.');
  return url;
};

const databaseUrl = (name: string): string => {
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  return url.href;
};

const onServer = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: serverUrl() });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const exists = async (client: pg.Client, name: string): Promise<boolean> =>
  (await client.query('select 1 from pg_database where datname = $1', [name])).rowCount === 1;

/** One process creates the template and the others wait. The template gets its name when it is complete. */
const ensureTemplate = async (
  client: pg.Client,
  template: string,
  prepare: (url: string) => Promise<void>,
): Promise<void> => {
  if (await exists(client, template)) return;
  await client.query("select pg_advisory_lock(hashtext('test template'), hashtext($1))", [template]);
  try {
    if (await exists(client, template)) return;
    const unfinished = `${template}_unfinished`;
    // A process that left this database behind has lost its connection, and its lock with it.
    await client.query(`drop database if exists ${quoted(unfinished)} with (force)`);
    await client.query(`create database ${quoted(unfinished)}`);
    await prepare(databaseUrl(unfinished));
    await client.query(`alter database ${quoted(unfinished)} allow_connections false`);
    await client.query(`alter database ${quoted(unfinished)} rename to ${quoted(template)}`);
  } finally {
    await client.query("select pg_advisory_unlock(hashtext('test template'), hashtext($1))", [template]);
  }
};

/**
 * Creates a database on the test server for one caller. It is empty, or a clone of the database `template`, which
 * `prepare` fills once for each server; a clone takes about 0.1 s. The template's name changes when `prepare` does, and
 * has at most 50 characters.
 */
export const createTestDatabase = async (from?: {
  template: string;
  prepare: (url: string) => Promise<void>;
}): Promise<TestDatabase> => {
  const name = `test_${random()}`;
  await onServer(async (client) => {
    if (from) await ensureTemplate(client, from.template, from.prepare);
    await client.query(`create database ${quoted(name)} ${from ? `template ${quoted(from.template)}` : ''}`);
  });
  return {
    url: databaseUrl(name),
    drop: () =>
      onServer(async (client) => {
        await client.query(`drop database if exists ${quoted(name)} with (force)`);
      }),
  };
};
