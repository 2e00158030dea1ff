import type { Transaction } from '@commerce-core/pg-pipeline';
import { lockOverdueOrders } from '../../order/order-repository.ts';
import type { GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import { isLive, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { cancelLiveAttempts } from '../payment/cancel-live-attempts.ts';

export type ExpiryPolicy = {
  /** For how long the reservation of an order under review is extended. */
  reservationMs: number;
  /** Providers that can be polled. */
  pollable: ReadonlySet<string>;
};

/** For how long a reservation is extended while the order's gateway is polled. */
const pollExtensionMs = 15_000;
/** A gateway's reply younger than this decides: the gateway is not polled again before the order expires. */
const replyFreshMs = 120_000;
/** A gateway that hasn't replied for this long no longer delays the expiry. Late approvals have their own rules. */
const unansweredMaxMs = 10 * 60_000;

/**
 * Expires up to `limit` orders whose reservation has ended by the database's clock, and releases their stock. A live
 * payment at a pollable gateway without a reply in the last 2 minutes is polled first, and the reservation is extended
 * by 15 s. An order with a payment under review stays: money has come, and an operator decides about it.
 * @returns the number of orders that were looked at
 */
export const expireOrders =
  (policy: ExpiryPolicy) =>
  async (tx: Transaction, limit: number): Promise<number> => {
    await tx.began;
    const overdue = await lockOverdueOrders(tx, limit);
    if (overdue.length === 0) return 0;
    const work = await UnitOfWork.lockPartsOf(tx, overdue);
    await work.lockStocksOf(({ row }) => row.reservationStatus === 'HELD');
    const live = [...work.orders.values()].flatMap((order) => pollablePayment(order, policy) ?? []);
    const polls = await readOpenGatewayCalls(
      tx,
      live.map(({ id }) => id),
      'POLL',
    );
    for (const order of work.orders.values()) {
      const payment = pollablePayment(order, policy);
      if (order.payments.some(({ status }) => status === 'REVIEW')) extendReservation(order, policy.reservationMs);
      else if (payment && isWorthPolling(payment, polls, work.now)) {
        work.callGateway(payment, { kind: 'POLL' });
        extendReservation(order, pollExtensionMs);
      } else expire(order);
    }
    work.write();
    return overdue.length;
  };

const pollablePayment = (order: LockedOrder, { pollable }: ExpiryPolicy): Payment | undefined =>
  order.payments.find((payment) => isLive(payment) && pollable.has(payment.provider));

/** An open POLL counts before an older reply, because something has happened since that reply. */
function isWorthPolling({ id, polledAt }: Payment, polls: readonly GatewayCall[], now: Date): boolean {
  const since = polls.find(({ paymentId }) => paymentId === id)?.createdAt;
  if (since) return now.getTime() - since.getTime() < unansweredMaxMs;
  return polledAt === null || now.getTime() - polledAt.getTime() >= replyFreshMs;
}

function extendReservation(order: LockedOrder, reservationMs: number): void {
  order.setReservedUntil(new Date(order.now.getTime() + reservationMs));
}

function expire(order: LockedOrder): void {
  const from = order.status;
  order.releaseStock();
  order.transition('EXPIRED');
  order.record('order.expired', { from });
  order.endCreditReservation('RELEASED');
  cancelLiveAttempts(order);
}
