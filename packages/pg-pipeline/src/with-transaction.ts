import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { PipelineError } from './pipeline-error.ts';
import { readCommitOutcome } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import {
  isConnectionLoss,
  isContention,
  isIdleTimeout,
  isLockTimeout,
  isDatabaseUnavailable,
  sqlState,
} from './database-errors.ts';
import { sentenceOfState } from './error-scope.ts';
import { connectionErrorOf } from './connection-errors.ts';
import { NoPrimary } from './primary-search.ts';
import { PoolUsedUp } from './watched-pool.ts';
import { Transaction, type TransactionMode } from './transaction.ts';

export type TransactionOptions = {
  /** How the transaction is opened. Defaults to `flow`. */
  mode?: TransactionMode;
  /**
   * Returns whether the transaction runs again after this error of PostgreSQL, in addition to the errors listed below.
   */
  isRetryable?: (error: unknown) => boolean;
  /**
   * Returns whether an error of `work` is a decision, which is thrown even if the connection breaks during the
   * rollback. After any other error a broken connection may have been the cause, so the transaction runs again.
   */
  isFinal?: (error: unknown) => boolean;
};

const attemptsMax = 8;
// Twice the longest lock wait. A caller that waited for so long is better served by an error.
const retryMaxMs = 8_000;

/**
 * Runs `work` in one transaction and commits it.
 *
 * `work` may run up to 8 times within about 8 s: after a deadlock, a serialization failure, a lock time-out, or a
 * connection lost before COMMIT. So it does nothing but database work, with ids that were made before.
 *
 * When the answer to COMMIT is lost, the outcome is read on another connection. A result means committed. An error
 * means that nothing was done, except `outcome_unknown`.
 * @throws PipelineError `database_unavailable` when no connection can be had, when the server can't do anything now
 * (its disk is full, it is read-only, it canceled a statement), or when `work` paused for more than 10 s
 * @throws PipelineError `overloaded` when rows stay locked
 * @throws PipelineError `outcome_unknown` when the answer to COMMIT is lost and the outcome can't be read
 * @throws what `work` throws, after a rollback
 */
export function withTransaction<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { tracing } = database;
  if (tracing) return tracing.transaction(options.mode ?? 'flow', async () => runWithRetries(database, work, options));
  return runWithRetries(database, work, options);
}

async function runWithRetries<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { mode = 'flow', isRetryable = () => false, isFinal = () => false }: TransactionOptions,
): Promise<T> {
  const giveUpAt = performance.now() + retryMaxMs;
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(database, work, { mode, isRetryable, isFinal });
    if ('value' in result) {
      database.notices.publish(result.topics);
      return result.value;
    }
    if (attempt >= attemptsMax || performance.now() > giveUpAt) throw retriesExhausted(result.retryAfter);
    await sleep(Math.random() * Math.min(200, 10 * 2 ** attempt));
  }
}

/** The value of a committed transaction, or the error after which the transaction may run again. */
type Attempt<T> = { value: T; topics: ReadonlySet<string> } | { retryAfter: unknown };

async function runOnce<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { mode, isRetryable, isFinal }: Required<TransactionOptions>,
): Promise<Attempt<T>> {
  const client = await acquire(database);
  const tx = new Transaction(client, database, mode);
  let broken: Error | undefined;
  try {
    const value = await work(tx);
    try {
      await tx.commit();
    } catch (error) {
      if (!isConnectionLoss(error) || isIdleTimeout(connectionErrorOf(client))) throw error;
      broken = error as Error;
      const hasMoved = () => database.hasMovedSince?.(client) ?? false;
      const outcome =
        tx.xid === undefined ? 'aborted' : await readCommitOutcome(database, tx.xid, tx.witness, { hasMoved });
      return outcome === 'committed' ? { value, topics: tx.topics } : { retryAfter: error };
    }
    return { value, topics: tx.topics };
  } catch (thrown) {
    const error = await tx.firstError(thrown);
    const isLost = isConnectionLoss(error) || isIdleTimeout(error);
    broken = isLost ? (error as Error) : await rollback(client);
    if (error instanceof PipelineError || isFinal(error)) throw error;
    // `work` paused for longer than a transaction may be idle, and would do so again.
    if ([broken, connectionErrorOf(client)].some(isIdleTimeout)) throw isLost ? pausedTooLong(error) : error;
    // To run again at once would meet the same full disk, the same setting or the same time limit.
    if (!isLost && isDatabaseUnavailable(error)) {
      // The next connection may reach a server that can, after a fail-over or behind a proxy.
      broken ??= error as Error;
      throw databaseUnavailable(error);
    }
    if (broken) return { retryAfter: broken };
    if (isRetryable(error)) return { retryAfter: error };
    if (isContention(error) && !(mode === 'flow_short_lock_wait' && isLockTimeout(error))) return { retryAfter: error };
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
    if (isDatabaseUnavailable(error)) throw databaseUnavailable(error);
    throw error;
  }
}

function retriesExhausted(error: unknown): PipelineError {
  if (isConnectionLoss(error)) return databaseUnavailable(error);
  return new PipelineError(
    'overloaded',
    'other transactions keep the needed rows locked; nothing was done, try again shortly',
    error,
  );
}

const pausedTooLong = (cause: unknown): PipelineError =>
  new PipelineError(
    'database_unavailable',
    'more than 10 s passed between two statements, so the server ended the transaction; nothing was done',
    cause,
  );

/** Returns a PipelineError `database_unavailable`, whose message says why the database can't do anything now. */
export function databaseUnavailable(cause: unknown): PipelineError {
  const why = sentenceIn(cause) ?? sentenceOfState(sqlState(cause));
  return new PipelineError('database_unavailable', `${why}; nothing was done`, cause);
}

/** Returns the message of an error that is written for callers. Drizzle wraps the errors of a pool. */
function sentenceIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof PoolUsedUp || cause instanceof NoPrimary) return cause.message;
  return undefined;
}
