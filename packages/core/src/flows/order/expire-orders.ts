import type { Transaction } from '@commerce-core/pg-pipeline';
import { moveOrder } from '../../order/order.ts';
import { lockOverdueOrders } from '../../order/order-repository.ts';
import type { GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import { isLive, type Payment } from '../../payment/payment.ts';
import { cancelLiveAttempts } from '../payment/cancel-live-attempts.ts';
import { demandOf, type OrderUnit } from '../../unit-of-work/locked-order.ts';
import { OrderWork } from '../../unit-of-work/unit-of-work.ts';

export type ExpiryPolicy = {
  holdMs: number;
  /** Providers that can be asked what they know. */
  askable: ReadonlySet<string>;
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
  const work = await OrderWork.around(
    tx,
    overdue.map(({ id }) => id),
    Promise.resolve(overdue),
  );
  await work.lockStocksOf(({ order }) => order.reservationStatus === 'HELD');
  const waiting = [...work.units.values()].flatMap((unit) => liveAt(unit, policy) ?? []);
  const asking = await readOpenGatewayCalls(
    tx,
    waiting.map(({ id }) => id),
    'ASK',
  );
  for (const unit of work.units.values()) {
    const live = liveAt(unit, policy);
    if (unit.payments.some(({ status }) => status === 'REVIEW')) extend(work, unit, policy.holdMs);
    else if (live && isWorthAsking(live, asking, work.now)) {
      work.callGateway(live, { kind: 'ASK' });
      extend(work, unit, askPatienceMs);
    } else expire(work, unit);
  }
  work.write();
  return overdue.length;
}

const liveAt = (unit: OrderUnit, { askable }: ExpiryPolicy): Payment | undefined =>
  unit.payments.find((payment) => isLive(payment) && askable.has(payment.provider));

/** While an answer is still waited for, an older one doesn't count: something has happened since. */
function isWorthAsking({ id, askedAt }: Payment, asking: readonly GatewayCall[], now: Date): boolean {
  const since = asking.find(({ paymentId }) => paymentId === id)?.createdAt;
  if (since) return now.getTime() - since.getTime() < silenceMaxMs;
  return askedAt === null || now.getTime() - askedAt.getTime() >= answerFreshMs;
}

function extend(work: OrderWork, unit: OrderUnit, holdMs: number): void {
  work.setOrder(unit, { ...unit.order, holdUntil: new Date(work.now.getTime() + holdMs), updatedAt: work.now });
}

function expire(work: OrderWork, unit: OrderUnit): void {
  const { order } = unit;
  if (order.reservationStatus === 'HELD') work.moveStock('release', demandOf(unit), order.id);
  work.setOrder(unit, moveOrder(order, 'EXPIRED', work.now));
  work.tell(unit, 'order.expired', { from: order.status });
  cancelLiveAttempts(work, unit);
}
