import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Payment } from '../../payment/payment.ts';
import { endCaptureWarnings, readOverdueCaptures } from '../../payment/payment-repository.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Raises attention for up to `limit` authorizations: `capture_overdue` when goods left a day ago and their money isn't
 * captured, `authorization_lapsing` when the gateway is about to release the money. Each is raised once: an operator
 * who clears it isn't warned again.
 * @returns the number of payments that were looked at
 */
export async function warnAboutCaptures(tx: Transaction, limit: number): Promise<number> {
  await tx.began;
  const due = await readOverdueCaptures(tx, limit);
  if (due.length === 0) return 0;
  const work = await UnitOfWork.lock(tx, { orderIds: due.map(({ orderId }) => orderId) });
  const ids = due.map(({ id }) => id);
  for (const order of work.orders.values())
    for (const payment of order.payments.filter(({ id }) => ids.includes(id))) warn(order, payment);
  work.write();
  endCaptureWarnings(tx, ids);
  return due.length;
}

function warn(order: LockedOrder, { status, surplus, captureOverdueAt, lapseWarningAt }: Payment): void {
  // Read again after the lock: it may have been captured, or the order canceled.
  if (status !== 'AUTHORIZED' || surplus || order.status !== 'PAID') return;
  const isDue = (at: Date | null): boolean => at !== null && at <= order.now;
  if (isDue(captureOverdueAt)) order.raiseAttention('capture_overdue');
  if (isDue(lapseWarningAt)) order.raiseAttention('authorization_lapsing');
}

/** Clears what an operator was told about a payment's capture: it is captured, or can't be any more. */
export function clearCaptureAttention(order: LockedOrder): void {
  for (const reason of ['capture_failed', 'capture_overdue', 'authorization_lapsing'] as const)
    order.clearAttention(reason);
}
