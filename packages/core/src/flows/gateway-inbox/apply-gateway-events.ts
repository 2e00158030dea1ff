import { retryAt } from '../../due-work/retry.ts';
import { gatewayActor } from '../../events/actor.ts';
import { eventRetry, type GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import type { InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';
import { mayBePaidAfterCancel, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyApproval } from '../payment/apply-approval.ts';
import { applyCancellation } from '../payment/apply-cancellation.ts';
import { applyDispute } from '../payment/apply-dispute.ts';
import { applyFailure } from '../payment/apply-failure.ts';
import { applyPending } from '../payment/apply-pending.ts';
import { applied, type Decision } from '../payment/decision.ts';
import { applyRefundEvent } from '../refund/apply-refund.ts';

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
    const decision = applyEvent(order, payment, row);
    if (decision.outcome === 'UNMATCHED') {
      const next = waiting(attempts, work.now);
      // The event is about money of this order and won't be tried again.
      if (next.outcome === 'PARKED') order.raiseAttention('amount_mismatch');
      return { ...row, ...next };
    }
    return { ...row, attempts, ...decision, dueAt: null, decidedAt: work.now };
  });
}

/**
 * Applies a gateway event to its payment and that payment's order, which `locksOfEvents` and `lockMoreForEvents` have
 * locked.
 * @returns the decision; the order and its parts are changed, not written
 */
function applyEvent(order: LockedOrder, known: Payment, event: GatewayEvent): Decision {
  const payment = learnGatewayId(order, known, event);
  if (isOpenWithoutNeed(payment, event)) order.callGateway(payment, { kind: 'CANCEL' });
  switch (event.type) {
    case 'AUTHORIZED':
    case 'CAPTURED':
      return applyApproval(order, payment, event);
    case 'PENDING':
      return applyPending(order, payment, event);
    case 'FAILED':
      return applyFailure(order, payment, event.failureCode ?? 'unspecified');
    case 'CANCELED':
      return applyCancellation(order, payment, event);
    case 'ATTEMPT_FAILED':
      return applied('attempt_noted');
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED':
      return applyRefundEvent(order, payment, event);
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return applyDispute(order, payment, event);
    case 'CHANGED':
      order.callGateway(payment, { kind: 'POLL' });
      return applied('polls_gateway');
    case 'OTHER':
      return { outcome: 'IGNORED_UNKNOWN', effect: null };
  }
}

/** Whether the gateway still lets a shopper pay an attempt that isn't live any more. */
const isOpenWithoutNeed = (payment: Payment, { type }: GatewayEvent): boolean =>
  (type === 'PENDING' || type === 'ATTEMPT_FAILED') && (payment.status === 'FAILED' || mayBePaidAfterCancel(payment));

function learnGatewayId(order: LockedOrder, payment: Payment, { gatewayPaymentId, type }: GatewayEvent): Payment {
  // A CHANGED event can be unsigned, so nothing in it is trusted.
  if (gatewayPaymentId === null || payment.gatewayPaymentId !== null || type === 'CHANGED') return payment;
  const learned = { ...payment, gatewayPaymentId };
  order.setPayment(learned);
  return learned;
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
