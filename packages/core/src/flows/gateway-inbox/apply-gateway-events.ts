import { retryAt } from '../../due-work/retry.ts';
import { gatewayActor } from '../../events/actor.ts';
import { eventRetry } from '../../gateway-inbox/gateway-event.ts';
import type { InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyGatewayEvent } from '../payment/apply-gateway-event.ts';

/**
 * Applies gateway events one after the other to the locked orders of their payments.
 * @returns the inbox rows with their outcomes; the caller writes them and `work`
 */
export function applyGatewayEvents<R extends InboxRow & Traced>(work: UnitOfWork, rows: readonly R[]): R[] {
  const orders = new Map([...work.orders.values()].flatMap((order) => order.payments.map(({ id }) => [id, order])));
  return rows.map((row) => {
    const attempts = row.attempts + 1;
    work.decideFor({ traceparent: row.traceparent, actor: gatewayActor });
    const order = orders.get(row.paymentId ?? '');
    const payment = order?.payment(row.paymentId);
    if (row.type === 'OTHER') return { ...row, attempts, outcome: 'IGNORED_UNKNOWN', dueAt: null, decidedAt: work.now };
    if (!order || payment?.provider !== row.provider) return { ...row, ...waiting(attempts, work.now) };
    const decision = applyGatewayEvent(order, payment, row);
    if (decision.outcome === 'UNMATCHED') {
      const next = waiting(attempts, work.now);
      // The event is about money of this order and won't be tried again.
      if (next.outcome === 'PARKED') order.raiseAttention('amount_mismatch');
      return { ...row, ...next };
    }
    return { ...row, attempts, ...decision, dueAt: null, decidedAt: work.now };
  });
}

type Waiting = Pick<InboxRow, 'attempts' | 'outcome' | 'dueAt' | 'decidedAt'>;

/**
 * The state of an event that can't be applied yet.
 * @returns when it is due again after `attempts` tries, or PARKED for an operator after the last try
 */
export function waiting(attempts: number, now: Date, outcome: 'UNMATCHED' | 'RECEIVED' = 'UNMATCHED'): Waiting {
  const dueAt = retryAt(eventRetry, attempts, now);
  return dueAt
    ? { attempts, outcome, dueAt, decidedAt: null }
    : { attempts, outcome: 'PARKED', dueAt: null, decidedAt: now };
}
