import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import { isUnavailable } from '../../errors.ts';
import { reportsOf } from '../../shipping/tracking-message.ts';
import { lockDueMessage, readDueMessages, updateMessages } from '../../shipping/tracking-message-repository.ts';
import { applyReports } from './apply-reports.ts';
import type { ConfiguredTracking } from './configured-tracking.ts';
import { decidedAs, waiting } from './receive-tracking-message.ts';

/**
 * Tries up to `limit` due messages again, each in a transaction of its own. One that fails doesn't block the others: it
 * waits longer each time and is PARKED after the last try.
 * @returns how many messages were due
 * @throws database_unavailable, overloaded or outcome_unknown; the next run tries the rest
 */
export async function retryTrackingMessages(
  database: Database,
  tracking: ConfiguredTracking,
  limit: number,
  onFault: ((error: unknown) => void) | undefined,
): Promise<number> {
  const due = await withTransaction(database, async (tx) => {
    await tx.began;
    return readDueMessages(tx, limit);
  });
  for (const id of due) {
    try {
      await withTransaction(database, async (tx) => retry(tx, tracking, id));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      await withTransaction(database, async (tx) => postpone(tx, id));
      onFault?.(error);
    }
  }
  return due.length;
}

async function retry(tx: Transaction, { byName }: ConfiguredTracking, id: string): Promise<void> {
  await tx.began;
  const row = await lockDueMessage(tx, id);
  if (!row) return;
  const provider = byName.get(row.provider);
  const attempts = row.attempts + 1;
  const isMatched = provider !== undefined && (await applyReports(tx, provider, reportsOf(row)));
  updateMessages(tx, [{ ...row, attempts, ...(isMatched ? decidedAs('APPLIED', tx.now) : waiting(attempts, tx.now)) }]);
}

async function postpone(tx: Transaction, id: string): Promise<void> {
  await tx.began;
  const row = await lockDueMessage(tx, id);
  if (row) updateMessages(tx, [{ ...row, ...waiting(row.attempts + 1, tx.now, 'RECEIVED') }]);
}
