import type { Transaction } from '@commerce-core/pg-pipeline';
import { isLive, mayBePaidAfterCancel } from '../../payment/payment.ts';
import {
  readOrderIdsOfPaymentsPayableAfterCancel,
  readOrderIdsOfStalePayments,
} from '../../payment/payment-repository.ts';
import { isOpen } from '../../refund/refund.ts';
import { readOrderIdsOfSentRefunds } from '../../refund/refund-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** Providers that can be asked, and those of them whose attempts can be paid although they were canceled. */
export type PollableProviders = { pollable: readonly string[]; payableAfterCancel: readonly string[] };

/** For how long after it was begun a canceled attempt may be paid all the same: no page of a gateway stays open longer. */
const lingerMs = 24 * 60 * 60_000;

/**
 * Has the gateways asked about up to `limit` payments and refunds that they should have told of by now, and about canceled
 * attempts that can still be paid: a webhook that got lost is found so. Answers how many orders were looked at.
 */
export async function pollStalePayments(
  tx: Transaction,
  { pollable, payableAfterCancel }: PollableProviders,
  pollAfterMs: number,
  limit: number,
): Promise<number> {
  const [quiet, sent, canceled] = await Promise.all([
    readOrderIdsOfStalePayments(tx, pollable, pollAfterMs, limit),
    readOrderIdsOfSentRefunds(tx, pollable, pollAfterMs, limit),
    readOrderIdsOfPaymentsPayableAfterCancel(tx, payableAfterCancel, pollAfterMs, lingerMs, limit),
  ]);
  const orderIds = [...quiet, ...sent, ...canceled];
  if (orderIds.length === 0) return 0;
  const work = await UnitOfWork.lock(tx, orderIds, { money: true });
  for (const unit of work.units.values()) {
    const refunded = new Set(unit.refunds.filter(isOpen).map(({ paymentId }) => paymentId));
    const unclear = unit.payments.filter(
      (payment) =>
        isLive(payment) ||
        refunded.has(payment.id) ||
        (mayBePaidAfterCancel(payment) && payableAfterCancel.includes(payment.provider)),
    );
    for (const payment of unclear) work.callGateway(payment, { kind: 'POLL' });
  }
  work.write();
  return orderIds.length;
}
