import type { Transaction } from '@commerce-core/pg-pipeline';
import { isLive, mayBePaidAfterCancel } from '../../payment/payment.ts';
import {
  readOrderIdsOfPaymentsPayableAfterCancel,
  readOrderIdsOfStalePayments,
} from '../../payment/payment-repository.ts';
import { isOpen } from '../../refund/refund.ts';
import { readOrderIdsOfSentRefunds } from '../../refund/refund-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** Providers that can be polled, and those of them whose attempts can be paid after they were canceled. */
export type PollableProviders = { pollable: readonly string[]; payableAfterCancel: readonly string[] };

/** For how long after its creation a canceled attempt may still be paid: no gateway's page stays open longer. */
export const payableAfterCancelMs = 24 * 60 * 60_000;

/**
 * Requests polls of up to `limit` orders' payments and refunds whose gateway sent no event for `pollAfterMs`, and of
 * canceled attempts that can still be paid. A poll finds what a lost webhook would have said.
 * @returns how many orders were looked at
 */
export async function pollStalePayments(
  tx: Transaction,
  { pollable, payableAfterCancel }: PollableProviders,
  pollAfterMs: number,
  limit: number,
): Promise<number> {
  const [stale, sent, canceled] = await Promise.all([
    readOrderIdsOfStalePayments(tx, pollable, pollAfterMs, limit),
    readOrderIdsOfSentRefunds(tx, pollable, pollAfterMs, limit),
    readOrderIdsOfPaymentsPayableAfterCancel(tx, payableAfterCancel, pollAfterMs, payableAfterCancelMs, limit),
  ]);
  const orderIds = [...stale, ...sent, ...canceled];
  if (orderIds.length === 0) return 0;
  const work = await UnitOfWork.lock(tx, { orderIds, money: true });
  for (const order of work.orders.values()) {
    const refunded = new Set(order.refunds.filter(isOpen).map(({ paymentId }) => paymentId));
    const unclear = order.payments.filter(
      (payment) =>
        isLive(payment) ||
        refunded.has(payment.id) ||
        (mayBePaidAfterCancel(payment) && payableAfterCancel.includes(payment.provider)),
    );
    for (const payment of unclear) order.callGateway(payment, { kind: 'POLL' });
  }
  work.write();
  return orderIds.length;
}
