import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { CommerceError } from '../errors.ts';
import { outcomeOf } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import { isConnectionLoss, isContention, isIdleKill, isLockTimeout } from './faults.ts';
import { lastWords } from './last-words.ts';
import { Transaction, type Opening } from './transaction-handle.ts';

export type { Transaction } from './transaction-handle.ts';

export type TransactionOptions = {
  /** For a caller's own statements the planner is left as it is. An impatient one throws the lock time-out, soon. */
  opening?: Opening;
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
  { opening = 'flows' }: TransactionOptions = {},
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(database, work, opening);
    if ('value' in result) return result.value;
    if (attempt >= attemptsMax || performance.now() > giveUpAt) throw exhausted(result.again);
    await sleep(Math.random() * Math.min(200, 10 * 2 ** attempt));
  }
}

type Result<T> = { value: T } | { again: unknown };

async function runOnce<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  opening: Opening,
): Promise<Result<T>> {
  const client = await acquire(database);
  const tx = new Transaction(client, database, opening);
  let broken: Error | undefined;
  try {
    const value = await work(tx);
    try {
      await tx.commit();
    } catch (error) {
      if (!isConnectionLoss(error) || isIdleKill(lastWords(client))) throw error;
      broken = error as Error;
      const outcome = tx.xid === undefined ? 'aborted' : await outcomeOf(database, tx.xid, tx.witness);
      return outcome === 'committed' ? { value } : { again: error };
    }
    return { value };
  } catch (thrown) {
    const error = await tx.firstFault(thrown);
    const lost = isConnectionLoss(error) || isIdleKill(error);
    broken = lost ? (error as Error) : await rollback(client);
    // A refusal that was decided stands even if the connection broke while it was rolled back.
    if (error instanceof CommerceError) throw error;
    // Work that pauses for so long would do so again.
    if ([broken, lastWords(client)].some(isIdleKill)) throw lost ? stoodStill(error) : error;
    if (broken) return { again: broken };
    if (isContention(error) && !(opening === 'impatient' && isLockTimeout(error))) return { again: error };
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

function exhausted(error: unknown): CommerceError {
  if (isConnectionLoss(error)) return unavailable(error);
  const busy = new CommerceError('overloaded', 'others hold what this needs; nothing was done, try again shortly');
  busy.cause = error;
  return busy;
}

function stoodStill(cause: unknown): CommerceError {
  const error = new CommerceError(
    'database_unavailable',
    'more than 10 s passed between two statements, so the server ended the transaction; nothing was done',
  );
  error.cause = cause;
  return error;
}

export function unavailable(cause: unknown): CommerceError {
  const error = new CommerceError(
    'database_unavailable',
    'the database cannot be reached at the moment; nothing was done',
  );
  error.cause = cause;
  return error;
}
