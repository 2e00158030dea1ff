import { setTimeout as sleep } from 'node:timers/promises';
import { connect, migrate, type ConnectOptions, type Database } from '@commerce-core/core';

/** The database can't be used. The message says where and why, and nothing of user or password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

export type StartDatabaseOptions = ConnectOptions & {
  /** How long to wait for a server that isn't there yet: what is started together with us may come up later. */
  patienceMs: number;
  /** Told once when there is something to wait for. */
  onWait?: (message: string) => void;
};

/** Connects and migrates; safe in several processes at once. @throws DatabaseUnusable · MigrationsDiverged */
export async function startDatabase({ patienceMs, onWait, ...options }: StartDatabaseOptions): Promise<Database> {
  const database = connect(options);
  try {
    await reach(database, placeOf(options.url), patienceMs, onWait);
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function reach(
  database: Database,
  place: string,
  patienceMs: number,
  onWait?: (message: string) => void,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.pool.query('select 1');
      return;
    } catch (error) {
      const message = `no PostgreSQL answers at ${place} (${codeOf(error)})`;
      if (refusesForGood(error))
        throw new DatabaseUnusable(`PostgreSQL at ${place} refuses us (${codeOf(error)})`, { cause: error });
      if (performance.now() >= giveUpAt) throw new DatabaseUnusable(message, { cause: error });
      if (attempt === 1) onWait?.(`${message}; waiting up to ${Math.round(patienceMs / 1000)} s for it`);
      await sleep(Math.min(250, patienceMs));
    }
  }
}

const sqlStates: Record<string, string> = {
  '28P01': 'wrong user or password',
  '28000': 'the user may not connect',
  '3D000': 'no such database',
};

/** The server is there and says no, other than that it is starting, stopping or full. */
function refusesForGood(error: unknown): boolean {
  const code = rawCodeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && !/^(57P|53|08|E)/.test(code);
}

function rawCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return rawCodeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no answer';
}

const codeOf = (error: unknown) => sqlStates[rawCodeOf(error)] ?? rawCodeOf(error);

function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${hostname || searchParams.get('host') || 'localhost'}:${port || '5432'}${pathname}`;
}
