import { retryAt } from '../../due-work/retry.ts';
import { eventRetry } from '../../gateway-inbox/gateway-event.ts';
import type { InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyGatewayEvent } from '../payment/apply-gateway-event.ts';

/**
 * Applies messages one after the other to the orders of their payments, which are locked. Answers the messages as decided,
 * for the caller to store, and leaves it to the caller to write the work.
 */
export function applyGatewayEvents<R extends InboxRow>(work: UnitOfWork, rows: readonly R[]): R[] {
  const units = new Map([...work.units.values()].flatMap((unit) => unit.payments.map(({ id }) => [id, unit])));
  return rows.map((row) => {
    const attempts = row.attempts + 1;
    const unit = units.get(row.paymentId ?? '');
    const payment = unit?.payments.find(({ id, provider }) => id === row.paymentId && provider === row.provider);
    if (row.type === 'OTHER') return { ...row, attempts, outcome: 'IGNORED_UNKNOWN', dueAt: null, decidedAt: work.now };
    if (!unit || !payment) return { ...row, ...waiting(attempts, work.now) };
    const decision = applyGatewayEvent(work, unit, payment, row);
    if (decision.outcome === 'UNMATCHED') {
      const next = waiting(attempts, work.now);
      // It is about money of this order, and nobody will try it again.
      if (next.outcome === 'PARKED') work.raiseAttention(unit, 'amount_mismatch');
      return { ...row, ...next };
    }
    return { ...row, attempts, ...decision, dueAt: null, decidedAt: work.now };
  });
}

type Waiting = Pick<InboxRow, 'attempts' | 'outcome' | 'dueAt' | 'decidedAt'>;

/** A message that can't be applied yet: tried again later, or PARKED for an operator when that was the last try. */
export function waiting(attempts: number, now: Date, outcome: 'UNMATCHED' | 'RECEIVED' = 'UNMATCHED'): Waiting {
  const dueAt = retryAt(eventRetry, attempts, now);
  return dueAt
    ? { attempts, outcome, dueAt, decidedAt: null }
    : { attempts, outcome: 'PARKED', dueAt: null, decidedAt: now };
}
