import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from './pipeline-error.ts';
import { queryWithTimeout, type Database } from './connect.ts';
import { sqlState } from './database-errors.ts';

const pauseMs = 50;
// For each of two look-ups by key. When a host is gone every pooled connection may be dead, and each one costs a
// time-out.
const lookupTimeoutMs = 1_000;

/** A query that returns a row only if a transaction committed: it looks up a row that the transaction inserted. */
export type Witness = { text: string; values: unknown[] };

type Outcome = 'committed' | 'aborted';

/**
 * Reads on other connections what became of a transaction whose COMMIT got no answer, until the outcome is certain.
 *
 * Neither of the two signs is enough alone. A missing row doesn't mean aborted: the old backend may still be
 * committing. The status `committed` may be another transaction's: a server that crashed hands out ids again when
 * nothing of their transactions had reached the disk. So committed means that PostgreSQL says so and the witness finds
 * its row.
 *
 * After a fail-over the id may be unknown to the new primary for good. What it hadn't got before its promotion, it
 * never gets. So a missing row means aborted there. It hands out the ids again that it hadn't got, so without a witness
 * `committed` decides nothing.
 * @param xid the transaction's id, as `pg_current_xact_id()` returned it
 * @param witness a query for a row of the transaction; without it the status alone decides, unless the primary has
 * moved
 * @param patienceMs how long to try, in milliseconds; defaults to 10 s
 * @param hasMoved returns whether another server has become the primary since the transaction began; defaults to no
 * @throws PipelineError `outcome_unknown` when the outcome is still not certain after `patienceMs`
 */
export async function readCommitOutcome(
  database: Database,
  xid: string,
  witness?: Witness,
  { patienceMs = 10_000, hasMoved = () => false }: { patienceMs?: number; hasMoved?: () => boolean } = {},
): Promise<Outcome> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    // An error of the look-up says nothing about the transaction. It is not kept as a cause, where it would look like
    // one.
    const outcome = await readOutcomeOnce(database, xid, witness, hasMoved()).catch(() => undefined);
    if (outcome) return outcome;
    await sleep(pauseMs);
  }
  throw new PipelineError(
    'outcome_unknown',
    'the connection was lost during COMMIT, so the outcome is unknown; read the data before you try again',
  );
}

/** Returns undefined while the outcome is not certain. */
async function readOutcomeOnce(
  database: Database,
  xid: string,
  witness: Witness | undefined,
  hasMoved: boolean,
): Promise<Outcome | undefined> {
  const status = await readStatus(database, xid);
  if (status === 'aborted') return 'aborted';
  if (status === 'in progress') return undefined;
  // Read after the status, so that the row is visible if the transaction had committed by then.
  const hasCommitted = witness
    ? (await database.pool.query(queryWithTimeout(lookupTimeoutMs, witness.text, witness.values))).rowCount === 1
    : status === 'committed';
  // Without a witness nothing tells whether the id is another transaction's, which the new primary gave it.
  if (hasCommitted && !witness && hasMoved) return undefined;
  if (hasCommitted) return 'committed';
  return status === 'committed' || hasMoved ? 'aborted' : undefined;
}

/**
 * Returns `committed`, `aborted` or `in progress`; null for an id that is too old or not handed out on this server yet.
 */
async function readStatus(database: Database, xid: string): Promise<string | null> {
  try {
    const { rows } = await database.pool.query<{ status: string | null }>(
      queryWithTimeout(lookupTimeoutMs, 'select pg_xact_status($1::xid8) as status', [xid]),
    );
    return rows[0]?.status ?? null;
  } catch (error) {
    // 22023: an id from the future. The server crashed, or it is another one than the transaction's.
    if (sqlState(error) === '22023') return null;
    throw error;
  }
}
