import { readFileSync } from 'node:fs';
import { connect, createCommerce, migrate } from '@commerce-core/core';
import { startEmbeddedTestServer } from '@commerce-core/postgres';
import pg from 'pg';
import { seed, type Seed } from './seed.ts';

/**
 * PostgreSQL's settings, as durable as its defaults and the same for both sides. They allow 256 clients, and no
 * checkpoint starts by time or size during a turn, because each round begins with one.
 */
export const serverSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '300',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
};

/**
 * The settings of the baseline's sessions. The core sets the same in each of its transactions, except that its
 * lock_timeout is 4 s and it retries. pgbench would abort, while 256 new sessions plan with rows locked.
 */
const baselineSettings = {
  lock_timeout: '30s',
  statement_timeout: '30s',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/** A database with more orders is not copied from a template, because both together need 6 kB of disk an order. */
const copiedOrdersMax = 1_000_000;

const sqlFile = (name: string) => readFileSync(new URL(`../baseline/${name}.sql`, import.meta.url), 'utf8');

export type BenchServer = {
  version: string;
  /** The parent of all PostgreSQL processes. */
  pid: number;
  /** Creates a database with the core's tables, the baseline's functions and this content. */
  createDatabase: (name: string, content: Seed, progress?: (done: number) => void) => Promise<BenchDatabase>;
  checkpoint: () => Promise<void>;
  /** Returns the current values of server parameters. */
  settings: (names: readonly string[]) => Promise<Record<string, string>>;
  stop: () => Promise<void>;
};

export type BenchDatabase = {
  url: string;
  query: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>;
  drop: () => Promise<void>;
};

/** Starts the bench's own PostgreSQL on a temporary folder. `stop` removes the folder. */
export async function startBenchServer(extra: Record<string, string> = {}): Promise<BenchServer> {
  const server = await startEmbeddedTestServer({ ...serverSettings, ...extra });
  const admin = new pg.Client({ connectionString: server.url });
  admin.on('error', () => {});
  await admin.connect();
  const urlOf = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;

  const createFilled = filledDatabases(admin, urlOf);
  const { file } = await readRow<{ file: string }>(admin, "select pg_read_file('postmaster.pid') as file");
  return {
    pid: Number(file.split('\n')[0]),
    version: (await readRow<{ server_version: string }>(admin, 'show server_version')).server_version,
    async createDatabase(name, content, progress) {
      await createFilled(name, content, progress);
      for (const [setting, value] of name === 'baseline' ? Object.entries(baselineSettings) : []) {
        await admin.query(`alter database ${name} set ${setting} = '${value}'`);
      }
      return openDatabase(urlOf(name), async () => {
        await admin.query(`drop database ${name} with (force)`);
      });
    },
    async checkpoint() {
      await admin.query('checkpoint');
    },
    async settings(names) {
      const { rows } = await admin.query<{ name: string; value: string }>(
        'select name, current_setting(name) as value from pg_settings where name = any($1) order by name',
        [names],
      );
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    },
    async stop() {
      await admin.end();
      await server.stop();
    },
  };
}

type CreateFilled = (name: string, content: Seed, progress?: (done: number) => void) => Promise<void>;

/** Returns a function that creates databases. Each content is made once, as a template that further databases copy. */
function filledDatabases(admin: pg.Client, urlOf: (name: string) => string): CreateFilled {
  const templates = new Map<string, string>();
  const create: CreateFilled = async (name, content, progress) => {
    await admin.query(`create database ${name}`);
    await fill(urlOf(name), content, progress);
  };
  return async (name, content, progress) => {
    if (content.orders > copiedOrdersMax) return create(name, content, progress);
    const key = JSON.stringify(content);
    const template = templates.get(key) ?? `template_${templates.size + 1}`;
    if (!templates.has(key)) await create(template, content, progress);
    templates.set(key, template);
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
  };
}

async function fill(url: string, content: Seed, progress?: (done: number) => void): Promise<void> {
  const database = connect({ url });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of ['schema', 'place-order', 'create-payment', 'take-payment']) await client.query(sqlFile(name));
    await seed(client, content, progress);
  } finally {
    await client.end();
  }
}

function openDatabase(url: string, remove: () => Promise<void>): BenchDatabase {
  // These connections run checks between turns, with the planner's default settings.
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    options: '-c enable_seqscan=on -c enable_hashjoin=on -c enable_mergejoin=on -c statement_timeout=0',
  });
  pool.on('error', () => {});
  return {
    url,
    query: async (text, values) => (await pool.query(text, values)).rows,
    async drop() {
      await pool.end();
      await remove();
    },
  };
}

/** Returns the violations that the doctor finds in a database. */
export async function runDoctor({ url }: BenchDatabase): Promise<string[]> {
  const connected = new URL(url);
  connected.searchParams.set('options', '-c enable_seqscan=on -c enable_hashjoin=on -c enable_mergejoin=on');
  const database = connect({ url: connected.href });
  try {
    const violations = await createCommerce({ database }).doctor();
    return violations.map(({ sentence, count }) => `${sentence} (${count} times not so)`);
  } finally {
    await database.close();
  }
}

async function readRow<R extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<R> {
  const [row] = (await client.query<R>(text)).rows;
  if (!row) throw new Error(`no row from: ${text}`);
  return row;
}
