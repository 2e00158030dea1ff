import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient } from 'pg';
import { CommerceError } from '../errors.ts';
import { outcomeOf } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import { isConnectionLoss, isContention } from './faults.ts';

/** A transaction that is open. What needs one takes it as its first argument and can't be called without. */
export type Transaction = {
  db: NodePgDatabase;
  /** The database's clock when the transaction began. */
  now: Date;
};

export type TransactionOptions = {
  /**
   * Tells by a look at the rows whether this transaction's work is there; asked only when the answer to COMMIT was lost
   * and the server knows nothing of the transaction any more (a failover).
   */
  landed?: (db: NodePgDatabase) => Promise<boolean>;
  attemptsMax?: number;
};

// lock_timeout: long enough for a queue on a hot row, short enough that a stuck neighbour shows as 503 and not as a hung
// shop. idle_in_transaction: what a client that vanished without a word had locked comes free before others give up.
const begin = `begin isolation level read committed;
set local lock_timeout = '4s';
set local statement_timeout = '30s';
set local idle_in_transaction_session_timeout = '10s';
select pg_current_xact_id()::text as xid, now() as now`;

/**
 * Runs `work` in one transaction and commits it. `work` may run several times: on deadlocks, serialization failures and
 * lock time-outs, and when the connection breaks before COMMIT; it must do nothing but database work with ids minted
 * before. When the answer to COMMIT is lost the server is asked what became of it, so a result always means committed
 * and an error never means perhaps, but for `outcome_unknown`, which says so.
 * @throws database_unavailable when no connection is to be had · outcome_unknown · whatever `work` throws, rolled back
 */
export async function withTransaction<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { landed, attemptsMax = 8 }: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runOnce(database, work, landed);
    if ('value' in result) return result.value;
    if (attempt >= attemptsMax) throw exhausted(result.again);
    await sleep(Math.random() * Math.min(200, 10 * 2 ** attempt));
  }
}

type Result<T> = { value: T } | { again: unknown };

async function runOnce<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  landed: TransactionOptions['landed'],
): Promise<Result<T>> {
  const client = await acquire(database);
  let broken: Error | undefined;
  try {
    const answers = (await client.query(begin)) as unknown as { rows: { xid: string; now: Date }[] }[];
    const { xid, now } = answers.at(-1)!.rows[0]!;
    const value = await work({ db: drizzle(client), now });
    try {
      const { command } = await client.query('commit');
      // COMMIT of a failed transaction succeeds, as a ROLLBACK.
      if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      broken = error as Error;
      const outcome = await outcomeOf(database, xid, landed);
      return outcome === 'committed' ? { value } : { again: error };
    }
    return { value };
  } catch (error) {
    if (isConnectionLoss(error)) broken = error as Error;
    else broken = await rollback(client);
    if (broken || isContention(error)) return retryable(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

// A refusal that was decided stands even if the connection broke while it was rolled back.
function retryable(error: unknown): { again: unknown } {
  if (error instanceof CommerceError) throw error;
  return { again: error };
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
    return await database.pool.connect();
  } catch (error) {
    if (isConnectionLoss(error)) throw unavailable(error);
    throw error;
  }
}

function exhausted(error: unknown): unknown {
  return isConnectionLoss(error) || isContention(error) ? unavailable(error) : error;
}

export function unavailable(cause: unknown): CommerceError {
  const error = new CommerceError('database_unavailable', 'the database cannot be reached at the moment; nothing was done');
  error.cause = cause;
  return error;
}
