import type { Transaction } from '../database/transaction.ts';
import { nextMatchAt } from '../payment/gateway-event.ts';
import { lockDueGatewayEvents, updateGatewayEvents, type InboxRow } from '../payment/gateway-event-repository.ts';
import { readOrderIdsOfPayments } from '../payment/payment-repository.ts';
import { OrderWork } from './order-work.ts';
import { settlePayment } from './settle-payment.ts';

/**
 * Applies messages whose inbox rows this transaction holds, in the given order. `orderIds` names the order of each payment
 * that is known. Answers the rows as decided.
 */
export async function applyGatewayEvents(
  tx: Transaction,
  rows: readonly InboxRow[],
  orderIds: ReadonlyMap<string, string>,
): Promise<InboxRow[]> {
  if (rows.length === 0) return [];
  const work = await OrderWork.lock(tx, orderIds.values(), { stocks: true });
  const decided = rows.map((row) => apply(work, row, orderIds.get(row.paymentId)));
  updateGatewayEvents(tx, decided);
  work.write();
  return decided;
}

function apply(work: OrderWork, row: InboxRow, orderId: string | undefined): InboxRow {
  const attempts = row.attempts + 1;
  const unit = orderId === undefined ? undefined : work.units.get(orderId);
  const payment = unit?.payments.find(({ id, provider }) => id === row.paymentId && provider === row.provider);
  if (!unit || !payment) return { ...row, attempts, ...unmatched(attempts, work.now) };
  return { ...row, attempts, ...settlePayment(work, unit, payment, row), dueAt: null, decidedAt: work.now };
}

function unmatched(attempts: number, now: Date): Pick<InboxRow, 'outcome' | 'dueAt' | 'decidedAt'> {
  const dueAt = nextMatchAt(attempts, now);
  return dueAt ? { outcome: 'UNMATCHED', dueAt, decidedAt: null } : { outcome: 'PARKED', dueAt: null, decidedAt: now };
}

/** Tries messages again that found no payment yet, and are due. Answers how many were tried. */
export async function retryGatewayEvents(tx: Transaction, limit: number): Promise<number> {
  await tx.began;
  const rows = await lockDueGatewayEvents(tx, limit);
  await applyGatewayEvents(tx, rows, await readOrderIdsOfPayments(tx, rows.map(({ paymentId }) => paymentId)));
  return rows.length;
}
