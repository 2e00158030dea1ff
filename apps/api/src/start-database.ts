import { setTimeout as sleep } from 'node:timers/promises';
import { connect, migrate, type ConnectOptions, type Database } from '@commerce-core/core';

/** The database cannot be used. The message has the place and the reason, never the user or password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

export type StartDatabaseOptions = ConnectOptions & {
  /** How long to wait for a server that is not reachable yet, for example because it starts at the same time. */
  waitMaxMs: number;
  /** Called once, when the wait begins. */
  onWait?: (message: string) => void;
};

/**
 * Connects to the database and applies pending migrations. Several processes may do so at the same time.
 * @throws DatabaseUnusable when PostgreSQL rejects the connection, or is not reachable within `waitMaxMs`
 * @throws MigrationsDiverged when the database has a migration that differs from this version's
 */
export async function startDatabase({ waitMaxMs, onWait, ...options }: StartDatabaseOptions): Promise<Database> {
  const database = connect(options);
  try {
    await reach(database, placeOf(options.url), waitMaxMs, onWait);
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
  waitMaxMs: number,
  onWait?: (message: string) => void,
): Promise<void> {
  const giveUpAt = performance.now() + waitMaxMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.pool.query('select 1');
      return;
    } catch (error) {
      const message = `no PostgreSQL responds at ${place} (${codeOf(error)})`;
      if (isPermanent(error))
        throw new DatabaseUnusable(`PostgreSQL at ${place} rejects the connection (${codeOf(error)})`, {
          cause: error,
        });
      if (performance.now() >= giveUpAt) throw new DatabaseUnusable(message, { cause: error });
      if (attempt === 1) onWait?.(`${message}; waiting up to ${Math.round(waitMaxMs / 1000)} s for it`);
      await sleep(Math.min(250, waitMaxMs));
    }
  }
}

const sqlStates: Record<string, string> = {
  '28P01': 'wrong user or password',
  '28000': 'the user may not connect',
  '3D000': 'no such database',
};

/** Whether the server rejected the connection for another reason than that it is starting, stopping or full. */
function isPermanent(error: unknown): boolean {
  const code = rawCodeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && !/^(57P|53|08|E)/.test(code);
}

function rawCodeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return rawCodeOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'no response';
}

const codeOf = (error: unknown) => sqlStates[rawCodeOf(error)] ?? rawCodeOf(error);

function placeOf(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${hostname || searchParams.get('host') || 'localhost'}:${port || '5432'}${pathname}`;
}
