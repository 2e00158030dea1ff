import { MigrationsDiverged, pendingMigrations, type Database } from '@commerce-core/core';
import { Hono } from 'hono';
import type { AppEnv } from './app-env.ts';

type Reason = 'stopping' | 'database_unreachable' | 'migrations_pending' | 'migrations_diverged';

// Below the usual second or two of whoever asks; a database that takes longer than this for two look-ups isn't there.
const patienceMs = 2_000;

/** `/healthz`: the process is alive. `/readyz`: it can do its work, or why not. */
export function healthRoutes(database: Database, stopping: AbortSignal) {
  // Shared by all who ask at once: a database that doesn't answer shall not gather look-ups. One that takes too long is
  // forgotten: whoever asks next looks anew.
  let underWay: Promise<Reason | undefined> | undefined;
  const check = () => (underWay ??= within(patienceMs, reasonAgainst(database)).finally(() => (underWay = undefined)));

  return new Hono<AppEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const reason = stopping.aborted ? 'stopping' : await check();
      if (reason === undefined) return c.json({ status: 'ready' });
      return c.json({ status: 'not_ready', reasons: [reason] }, 503);
    });
}

async function reasonAgainst(database: Database): Promise<Reason | undefined> {
  try {
    const pending = await pendingMigrations(database);
    return pending.length > 0 ? 'migrations_pending' : undefined;
  } catch (error) {
    return error instanceof MigrationsDiverged ? 'migrations_diverged' : 'database_unreachable';
  }
}

async function within(ms: number, reason: Promise<Reason | undefined>): Promise<Reason | undefined> {
  const timeout = Promise.withResolvers<Reason>();
  const timer = setTimeout(() => timeout.resolve('database_unreachable'), ms);
  return Promise.race([reason, timeout.promise]).finally(() => clearTimeout(timer));
}
