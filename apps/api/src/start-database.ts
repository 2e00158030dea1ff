import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  databaseProblem,
  hostsOfUrl,
  migrate,
  MigrationsDiverged,
  NoPrimary,
  pendingMigrations,
  preparedStatementsProblem,
  type ConnectOptions,
  type Database,
} from '@commerce-core/core';

/** The database cannot be used. The message has the place and the reason, never the user or password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

export type OpenDatabaseOptions = ConnectOptions & {
  /** How long to wait for a server that is not reachable yet, for example because it starts at the same time. */
  waitMaxMs: number;
  /** Called once, when the wait begins. */
  onWait?: (message: string) => void;
};

export type StartDatabaseOptions = OpenDatabaseOptions & {
  /** Whether pending migrations are applied, which is the default. Otherwise each one is a reason not to start. */
  migrates?: boolean;
};

/**
 * Connects to the database, checks it and applies pending migrations, unless `migrates` is false. Several processes may
 * do so at the same time.
 * @throws DatabaseUnusable as `openDatabase` does, and when migrations are missing that may not be applied
 * @throws MigrationsDiverged when the database has a migration that differs from this version's
 */
export async function startDatabase({ migrates = true, ...options }: StartDatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  const place = placeOf(options.url);
  try {
    await (migrates ? migrateDatabase(database, place) : requireMigrated(database, place));
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Connects to the database and checks it.
 * @throws DatabaseUnusable when PostgreSQL rejects the connection, is not reachable within `waitMaxMs`, or is not as
 * the shop needs it: its version, encoding, settings, and the rights of the user
 */
export async function openDatabase({ waitMaxMs, onWait, ...options }: OpenDatabaseOptions): Promise<Database> {
  const database = connect(options);
  const place = placeOf(options.url);
  try {
    await reach(database, place, waitMaxMs, onWait);
    await check(database, place);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Applies pending migrations and returns their names.
 * @param place the database as messages name it
 * @throws DatabaseUnusable when the user lacks a right, or the server can't write
 * @throws MigrationsDiverged when the database has a migration that differs from this version's
 */
export const migrateDatabase = async (database: Database, place: string): Promise<string[]> =>
  migrate(database).catch((error: unknown) => Promise.reject(migrationFailure(error, place)));

async function reach(
  database: Database,
  place: string,
  waitMaxMs: number,
  onWait?: (message: string) => void,
): Promise<void> {
  const giveUpAt = performance.now() + waitMaxMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.pool.query('select 1');
      return;
    } catch (error) {
      const message = reasonOf(error, place);
      if (isPermanent(error) || performance.now() >= giveUpAt) throw new DatabaseUnusable(message, { cause: error });
      if (attempt === 1) onWait?.(`${message}; waiting up to ${Math.round(waitMaxMs / 1000)} s for it`);
      await sleep(Math.min(250, waitMaxMs));
    }
  }
}

async function check(database: Database, place: string): Promise<void> {
  const problem = (await databaseProblem(database)) ?? (await preparedStatementsProblem(database));
  if (problem !== undefined) throw new DatabaseUnusable(`the database at ${place} can't be used: ${problem}`);
}

async function requireMigrated(database: Database, place: string): Promise<void> {
  const pending = await pendingMigrations(database);
  if (pending.length > 0)
    throw new DatabaseUnusable(
      `the database at ${place} lacks ${firstNames(pending)}; apply migrations with: npm run migrate`,
    );
}

/** The first three names of a list, and how many more there are. */
export const firstNames = (names: readonly string[]): string =>
  [names.slice(0, 3).join(', '), ...(names.length > 3 ? [`and ${names.length - 3} more`] : [])].join(' ');

/** PostgreSQL's message of a missing right names a schema, table or database, and no value. */
function migrationFailure(error: unknown, place: string): unknown {
  if (error instanceof MigrationsDiverged || !(error instanceof Error)) return error;
  const why =
    rawCodeOf(error) === '42501'
      ? `${error.message}; grant the right to the user, or start once as the schema's owner`
      : sqlStates[rawCodeOf(error)];
  if (why === undefined) return error;
  return new DatabaseUnusable(`the database at ${place} can't be migrated: ${why}`, { cause: error });
}

const sqlStates: Record<string, string> = {
  '25006': 'it is read-only; DATABASE_URL must name a server that takes writes',
  '28P01': 'wrong user or password; check DATABASE_URL',
  '28000':
    'the user may not connect from here; check DATABASE_URL and pg_hba.conf, which may demand TLS (sslmode=require)',
  '3D000': 'no such database; create it, or check DATABASE_URL',
  '42501': 'the user may not connect to this database; grant it the right CONNECT',
  '53100': 'its disk is full',
  '53200': 'it has run out of memory',
  '53300': 'it has no connection left; raise max_connections, or lower DATABASE_POOL_MAX',
  '55000': 'the database takes no connections; alter database … allow_connections true',
  '57P03': 'it is starting or stopping',
};

/** Whether the server rejected the connection for another reason than that it is starting, stopping or full. */
function isPermanent(error: unknown): boolean {
  const code = rawCodeOf(error);
  return isSqlState(code) && !/^(57P|53|08|E)/.test(code);
}

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code);

function rawCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return rawCodeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no response';
}

function reasonOf(error: unknown, place: string): string {
  if (error instanceof NoPrimary) return `none of the servers at ${place} takes writes: ${error.details}`;
  const code = rawCodeOf(error);
  if (!isSqlState(code) || code.startsWith('E')) return `no PostgreSQL responds at ${place} (${code})`;
  return `PostgreSQL at ${place} rejects the connection (${sqlStates[code] ?? code})`;
}

/** The hosts and the database of a URL, without user and password. */
export function placeOf(url: string): string {
  const hosts = hostsOfUrl(url);
  return hosts.map(({ name }) => name).join(',') + new URL(hosts[0].url).pathname;
}
