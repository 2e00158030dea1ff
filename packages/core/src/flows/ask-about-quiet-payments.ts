import type { Transaction } from '../database/transaction.ts';
import { isLive } from '../payment/payment.ts';
import { readOrderIdsOfQuietPayments } from '../payment/payment-repository.ts';
import { isOpen } from '../payment/refund.ts';
import { readOrderIdsOfSentRefunds } from '../payment/refund-repository.ts';
import { OrderWork } from './order-work.ts';

/**
 * Has the gateways asked about up to `limit` payments and refunds that they should have told of by now: a webhook that got
 * lost is found so. `providers` are those that can be asked. Answers how many orders were looked at.
 */
export async function askAboutQuietPayments(tx: Transaction, providers: readonly string[], quietMs: number, limit: number): Promise<number> {
  const [quiet, sent] = await Promise.all([
    readOrderIdsOfQuietPayments(tx, providers, quietMs, limit),
    readOrderIdsOfSentRefunds(tx, providers, quietMs, limit),
  ]);
  const orderIds = [...quiet, ...sent];
  if (orderIds.length === 0) return 0;
  const work = await OrderWork.lock(tx, orderIds, { money: true });
  for (const unit of work.units.values()) {
    const refunded = new Set(unit.refunds.filter(isOpen).map(({ paymentId }) => paymentId));
    const quiet = unit.payments.filter((payment) => isLive(payment) || refunded.has(payment.id));
    for (const payment of quiet) work.callGateway(payment, { kind: 'ASK' });
  }
  work.write();
  return orderIds.length;
}
