import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { isUnavailable } from '../../errors.ts';
import { lockDueGatewayEvents, updateGatewayEvents } from '../../gateway-inbox/gateway-event-repository.ts';
import { applyGatewayEvents, waiting } from './apply-gateway-events.ts';
import { lockOrdersOfEvents, withPaymentIds } from './lock-orders-of-events.ts';

/**
 * Tries messages again that found no payment yet, or whose effect failed, and are due. One that fails again doesn't keep
 * the others: it waits longer each time, and is PARKED in the end. Answers how many were tried.
 */
export async function retryGatewayEvents(database: Database, limit: number): Promise<number> {
  const due = await withTransaction(database, async (tx) => (await dueRows(tx, limit)).map(({ id }) => id));
  try {
    return await withTransaction(database, async (tx) => retry(tx, limit, due));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    for (const id of due) await retryAlone(database, id);
    return due.length;
  }
}

async function dueRows(tx: Transaction, limit: number, ids?: readonly string[]) {
  await tx.began;
  return lockDueGatewayEvents(tx, limit, ids);
}

async function retry(tx: Transaction, limit: number, ids: readonly string[]): Promise<number> {
  const rows = await withPaymentIds(tx, await dueRows(tx, limit, ids));
  if (rows.length === 0) return 0;
  const work = await lockOrdersOfEvents(tx, rows);
  const decided = applyGatewayEvents(work, rows);
  work.write();
  updateGatewayEvents(tx, decided);
  return rows.length;
}

async function retryAlone(database: Database, id: string): Promise<void> {
  try {
    await withTransaction(database, async (tx) => retry(tx, 1, [id]));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // What keeps the effect from being written may keep the alarm from it, too: then the message waits, or is parked, without.
    await withTransaction(database, async (tx) => postpone(tx, id, true)).catch(async () =>
      withTransaction(database, async (tx) => postpone(tx, id, false)),
    );
  }
}

/** Lets a message whose effect failed wait longer; after its last try it is PARKED, and a person is told where its order is known. */
async function postpone(tx: Transaction, id: string, alarm: boolean): Promise<void> {
  const rows = (await dueRows(tx, 1, [id])).map((row) => ({
    ...row,
    ...waiting(row.attempts + 1, tx.now, 'RECEIVED'),
  }));
  const parked = rows.filter(({ outcome }) => outcome === 'PARKED');
  if (alarm && parked.length > 0) {
    const work = await lockOrdersOfEvents(tx, await withPaymentIds(tx, parked));
    for (const unit of work.units.values()) work.raiseAttention(unit, 'event_conflict');
    work.write();
  }
  updateGatewayEvents(tx, rows);
}
