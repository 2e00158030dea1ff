import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { isUnavailable } from '../../errors.ts';
import { lockDueGatewayEvents, updateGatewayEvents } from '../../gateway-inbox/gateway-event-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyGatewayEvents, waiting } from './apply-gateway-events.ts';
import { lockMoreForEvents, locksOfEvents, withPaymentIds } from './lock-orders-of-events.ts';

/**
 * Tries up to `limit` due gateway events again: events without a known payment, and events whose effect failed. An
 * event that fails again doesn't block the others. It waits longer each time and is PARKED after the last try.
 * @returns how many events were tried
 * @throws database_unavailable when no connection can be had; the next run tries the rest
 * @throws overloaded when rows stay locked
 * @throws outcome_unknown when the answer to a commit got lost
 */
export async function retryGatewayEvents(database: Database, limit: number): Promise<number> {
  const due = await withTransaction(database, async (tx) => (await dueRows(tx, limit)).map(({ id }) => id));
  if (due.length === 0) return 0;
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
  const work = await UnitOfWork.lock(tx, locksOfEvents(rows));
  await lockMoreForEvents(work, rows);
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
    // The error may also keep attention from being raised. Then the event is postponed without it.
    await withTransaction(database, async (tx) => postpone(tx, id, true)).catch(async () =>
      withTransaction(database, async (tx) => postpone(tx, id, false)),
    );
  }
}

/**
 * Postpones an event whose effect failed. After its last try it is PARKED, and attention is raised on its order if the
 * order is known and `raisesAttention` is set.
 */
async function postpone(tx: Transaction, id: string, raisesAttention: boolean): Promise<void> {
  const rows = (await dueRows(tx, 1, [id])).map((row) => ({
    ...row,
    ...waiting(row.attempts + 1, tx.now, 'RECEIVED'),
  }));
  const parked = rows.filter(({ outcome }) => outcome === 'PARKED');
  if (raisesAttention && parked.length > 0) {
    const work = await UnitOfWork.lock(tx, locksOfEvents(await withPaymentIds(tx, parked)));
    for (const order of work.orders.values()) order.raiseAttention('event_conflict');
    work.write();
  }
  updateGatewayEvents(tx, rows);
}
