import { setTimeout as sleep } from 'node:timers/promises';
import { PipelineError } from './pipeline-error.ts';
import { within, type Database } from './connect.ts';
import { sqlState } from './database-errors.ts';

const pauseMs = 50;
// Two look-ups by key. Where a host is gone all connections of the pool may be dead, and each is found out by being asked.
const answerMs = 1_000;

/** A query that answers a row only if a transaction committed: it looks for one that the transaction inserted. */
export type Witness = { text: string; values: unknown[] };

/**
 * What became of a transaction whose COMMIT got no answer, asked on another connection until it is certain.
 *
 * A missing row alone never means aborted: the old backend may still be committing. Nor does `committed` alone mean that
 * it was this transaction: a server that crashed hands out again the ids of transactions of which nothing had reached the
 * disk. Committed is what the server calls committed and whose witness is there.
 * @throws outcome_unknown when it is still undecided, or nobody could be asked, after `patienceMs`, 10 s unless said
 */
export async function outcomeOf(
  database: Database,
  xid: string,
  witness?: Witness,
  patienceMs = 10_000,
): Promise<'committed' | 'aborted'> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    // Whatever fault the asking meets, it says nothing of the transaction; told as its cause it would pass for one of it.
    const verdict = await ask(database, xid, witness).catch(() => undefined);
    if (verdict) return verdict;
    await sleep(pauseMs);
  }
  throw new PipelineError(
    'outcome_unknown',
    'the database went away while it was committing; ask again what became of it',
  );
}

/** The verdict, or undefined while there is none. */
async function ask(
  database: Database,
  xid: string,
  witness: Witness | undefined,
): Promise<'committed' | 'aborted' | undefined> {
  const status = await statusOf(database, xid);
  if (status === 'aborted') return 'aborted';
  if (status === 'in progress') return undefined;
  // Asked after the status, so that what was committed by then is seen.
  const there = witness
    ? (await database.pool.query(within(answerMs, witness.text, witness.values))).rowCount === 1
    : status === 'committed';
  if (there) return 'committed';
  return status === 'committed' ? 'aborted' : undefined;
}

/** `committed`, `aborted`, `in progress`; null for an id that is too old to know or not handed out here (yet). */
async function statusOf(database: Database, xid: string): Promise<string | null> {
  try {
    const { rows } = await database.pool.query<{ status: string | null }>(
      within(answerMs, 'select pg_xact_status($1::xid8) as status', [xid]),
    );
    return rows[0]!.status;
  } catch (error) {
    // 22023: an id from the future, so this is another server than the one that began the transaction, or it crashed.
    if (sqlState(error) === '22023') return null;
    throw error;
  }
}
