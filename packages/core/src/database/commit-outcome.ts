import { setTimeout as sleep } from 'node:timers/promises';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { CommerceError } from '../errors.ts';
import type { Database } from './connect.ts';
import { isConnectionLoss, sqlState } from './faults.ts';

const patienceMs = 10_000;
const pauseMs = 50;

/**
 * What became of a transaction whose COMMIT got no answer, asked on another connection until it is certain. A missing
 * row alone never means aborted: the old backend may still be committing.
 * @throws outcome_unknown when it is still undecided, or nobody could be asked, after 10 s
 */
export async function outcomeOf(
  database: Database,
  xid: string,
  landed?: (db: NodePgDatabase) => Promise<boolean>,
): Promise<'committed' | 'aborted'> {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const status = await ask(database, xid);
    if (status === 'committed' || status === 'aborted') return status;
    if (status === 'unknown' && (await hasLanded(database, landed))) return 'committed';
    await sleep(pauseMs);
  }
  throw new CommerceError('outcome_unknown', 'the database went away while it was committing; ask again what became of it');
}

async function ask(database: Database, xid: string): Promise<string> {
  try {
    const { rows } = await database.pool.query('select pg_xact_status($1::xid8) as status', [xid]);
    return rows[0]?.status ?? 'unknown';
  } catch (error) {
    if (isConnectionLoss(error)) return 'unreachable';
    // 22023: an id from the future, so this is another server than the one that began the transaction.
    if (sqlState(error) === '22023') return 'unknown';
    throw error;
  }
}

async function hasLanded(database: Database, landed?: (db: NodePgDatabase) => Promise<boolean>): Promise<boolean> {
  try {
    return landed ? await landed(database.db) : false;
  } catch (error) {
    if (isConnectionLoss(error)) return false;
    throw error;
  }
}
