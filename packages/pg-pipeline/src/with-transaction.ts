import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { PipelineError } from './pipeline-error.ts';
import { outcomeOf } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import { isConnectionLoss, isContention, isDatabaseError, isIdleKill, isLockTimeout } from './database-errors.ts';
import { connectionErrorOf } from './connection-errors.ts';
import { Transaction, type TransactionMode } from './transaction.ts';

export type TransactionOptions = {
  /** Defaults to `flow`. */
  mode?: TransactionMode;
  /** Errors of the database, besides deadlocks and the like, after which the whole transaction runs again. */
  isRetryable?: (error: unknown) => boolean;
};

const attemptsMax = 8;
// Longer than the longest wait for a lock; after that whoever called would rather hear that it didn't work out.
const patienceMs = 8_000;

/**
 * Runs `work` in one transaction and commits it. `work` may run several times: on deadlocks, serialization failures and
 * lock time-outs, and when the connection breaks before COMMIT; it must do nothing but database work with ids minted
 * before. When the answer to COMMIT is lost the server is asked what became of it, so a result always means committed
 * and an error never means perhaps, but for `outcome_unknown`, which says so.
 * @throws database_unavailable when no connection is to be had, or `work` paused for more than 10 s · overloaded when rows
 * stay locked · outcome_unknown · whatever `work` throws, rolled back
 */
export async function withTransaction<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { mode = 'flow', isRetryable = () => false }: TransactionOptions = {},
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(database, work, { mode, isRetryable });
    if ('value' in result) return result.value;
    if (attempt >= attemptsMax || performance.now() > giveUpAt) throw exhausted(result.again);
    await sleep(Math.random() * Math.min(200, 10 * 2 ** attempt));
  }
}

type Result<T> = { value: T } | { again: unknown };

async function runOnce<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { mode, isRetryable }: Required<TransactionOptions>,
): Promise<Result<T>> {
  const client = await acquire(database);
  const tx = new Transaction(client, database, mode);
  let broken: Error | undefined;
  try {
    const value = await work(tx);
    try {
      await tx.commit();
    } catch (error) {
      if (!isConnectionLoss(error) || isIdleKill(connectionErrorOf(client))) throw error;
      broken = error as Error;
      const outcome = tx.xid === undefined ? 'aborted' : await outcomeOf(database, tx.xid, tx.witness);
      return outcome === 'committed' ? { value } : { again: error };
    }
    return { value };
  } catch (thrown) {
    const error = await tx.firstFault(thrown);
    const lost = isConnectionLoss(error) || isIdleKill(error);
    broken = lost ? (error as Error) : await rollback(client);
    // An error of the work's own stands even if the connection broke during the rollback.
    if (!isDatabaseError(error)) throw error;
    // Work that pauses for so long would do so again.
    if ([broken, connectionErrorOf(client)].some(isIdleKill)) throw lost ? stoodStill(error) : error;
    if (broken) return { again: broken };
    if (isRetryable(error)) return { again: error };
    if (isContention(error) && !(mode === 'flow_short_lock_wait' && isLockTimeout(error))) return { again: error };
    throw error;
  } finally {
    client.release(broken);
  }
}

async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function acquire(database: Database): Promise<PoolClient> {
  try {
    return await database.writers.connect();
  } catch (error) {
    if (isConnectionLoss(error)) throw unavailable(error);
    throw error;
  }
}

function exhausted(error: unknown): PipelineError {
  if (isConnectionLoss(error)) return unavailable(error);
  return new PipelineError(
    'overloaded',
    'other transactions keep the needed rows locked; nothing was done, try again shortly',
    error,
  );
}

const stoodStill = (cause: unknown): PipelineError =>
  new PipelineError(
    'database_unavailable',
    'more than 10 s passed between two statements, so the server ended the transaction; nothing was done',
    cause,
  );

export const unavailable = (cause: unknown): PipelineError =>
  new PipelineError('database_unavailable', 'the database cannot be reached at the moment; nothing was done', cause);
