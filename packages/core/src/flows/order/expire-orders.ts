import type { Transaction } from '@commerce-core/pg-pipeline';
import { transitionOrder } from '../../order/order.ts';
import { lockOverdueOrders } from '../../order/order-repository.ts';
import type { GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import { isLive, type Payment } from '../../payment/payment.ts';
import { cancelLiveAttempts } from '../payment/cancel-live-attempts.ts';
import { demandOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

export type ExpiryPolicy = {
  reservationMs: number;
  /** Providers that can be asked what they know. */
  pollable: ReadonlySet<string>;
};

/** How long an order is held on while its gateway is asked. */
const askPatienceMs = 15_000;
/** An answer that is younger counts as the gateway's word on whether money is still to come. */
const answerFreshMs = 120_000;
/** A gateway that gives no answer for so long doesn't hold the stock any longer. Late approvals have their own way. */
const silenceMaxMs = 10 * 60_000;

/**
 * Expires up to `limit` orders whose hold has passed by the database's clock, and lets go of their stock. Where the money
 * may be on its way the gateway is asked first. An order whose payment is under review stays: money has come for it, and a
 * person decides. Answers how many were looked at.
 */
export async function expireOrders(tx: Transaction, limit: number, policy: ExpiryPolicy): Promise<number> {
  await tx.began;
  const overdue = await lockOverdueOrders(tx, limit);
  const work = await UnitOfWork.around(
    tx,
    overdue.map(({ id }) => id),
    Promise.resolve(overdue),
  );
  await work.lockStocksOf(({ order }) => order.reservationStatus === 'HELD');
  const waiting = [...work.units.values()].flatMap((unit) => liveAt(unit, policy) ?? []);
  const asking = await readOpenGatewayCalls(
    tx,
    waiting.map(({ id }) => id),
    'POLL',
  );
  for (const unit of work.units.values()) {
    const live = liveAt(unit, policy);
    if (unit.payments.some(({ status }) => status === 'REVIEW')) extend(work, unit, policy.reservationMs);
    else if (live && isWorthAsking(live, asking, work.now)) {
      work.callGateway(live, { kind: 'POLL' });
      extend(work, unit, askPatienceMs);
    } else expire(work, unit);
  }
  work.write();
  return overdue.length;
}

const liveAt = (unit: LockedOrder, { pollable }: ExpiryPolicy): Payment | undefined =>
  unit.payments.find((payment) => isLive(payment) && pollable.has(payment.provider));

/** While an answer is still waited for, an older one doesn't count: something has happened since. */
function isWorthAsking({ id, polledAt }: Payment, asking: readonly GatewayCall[], now: Date): boolean {
  const since = asking.find(({ paymentId }) => paymentId === id)?.createdAt;
  if (since) return now.getTime() - since.getTime() < silenceMaxMs;
  return polledAt === null || now.getTime() - polledAt.getTime() >= answerFreshMs;
}

function extend(work: UnitOfWork, unit: LockedOrder, reservationMs: number): void {
  work.setOrder(unit, {
    ...unit.order,
    reservedUntil: new Date(work.now.getTime() + reservationMs),
    updatedAt: work.now,
  });
}

function expire(work: UnitOfWork, unit: LockedOrder): void {
  const { order } = unit;
  if (order.reservationStatus === 'HELD') work.moveStock('release', demandOf(unit), order.id);
  work.setOrder(unit, transitionOrder(order, 'EXPIRED', work.now));
  work.tell(unit, 'order.expired', { from: order.status });
  cancelLiveAttempts(work, unit);
}
