import { canWrite, MigrationsDiverged, pendingMigrations, type Database } from '@commerce-core/core';
import { Hono } from 'hono';
import type { AppEnv } from './app-env.ts';

type Reason =
  | 'stopping'
  | 'database_unreachable'
  | 'database_not_writable'
  | 'migrations_pending'
  | 'migrations_diverged';

// Probes usually time out after a few seconds. A database that needs longer than this for three look-ups is of no use.
const checkMaxMs = 2_000;

/**
 * `/healthz` returns 200 while the process is alive. `/readyz` returns 200 when it can serve requests, else 503 with
 * the reason: `stopping`, `database_unreachable`, `database_not_writable` (PostgreSQL is read-only or its disk is
 * full), `migrations_pending` or `migrations_diverged`.
 */
export function healthRoutes(database: Database, stopping: AbortSignal) {
  // Concurrent requests share one check, so that look-ups do not pile up at a database that does not respond. After
  // `checkMaxMs` the check is dropped, and the next request starts a new one.
  let running: Promise<Reason | undefined> | undefined;
  const check = () => (running ??= within(checkMaxMs, reasonNotReady(database)).finally(() => (running = undefined)));

  return new Hono<AppEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const reason = stopping.aborted ? 'stopping' : await check();
      if (reason === undefined) return c.json({ status: 'ready' });
      return c.json({ status: 'not_ready', reasons: [reason] }, 503);
    });
}

async function reasonNotReady(database: Database): Promise<Reason | undefined> {
  try {
    const pending = await pendingMigrations(database);
    if (pending.length > 0) return 'migrations_pending';
    return (await canWrite(database)) ? undefined : 'database_not_writable';
  } catch (error) {
    return error instanceof MigrationsDiverged ? 'migrations_diverged' : 'database_unreachable';
  }
}

async function within(ms: number, reason: Promise<Reason | undefined>): Promise<Reason | undefined> {
  const timeout = Promise.withResolvers<Reason>();
  const timer = setTimeout(() => timeout.resolve('database_unreachable'), ms);
  return Promise.race([reason, timeout.promise]).finally(() => clearTimeout(timer));
}
