import { transitionOrder } from '../../order/order.ts';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { transitionPayment, type Payment } from '../../payment/payment.ts';
import { applied, ignored, type Decision } from './decision.ts';
import { demandOf, unfinishedVoidOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyApproval } from './apply-approval.ts';
import { applyDispute } from './apply-dispute.ts';
import { finishRefund, applyRefundEvent } from '../refund/apply-refund.ts';

/**
 * What a gateway's word about one payment does to its order. The order, its payments and its stock are locked; for what
 * `isAboutMoney` its refunds and disputes too.
 */
export function applyGatewayEvent(work: UnitOfWork, unit: LockedOrder, known: Payment, event: GatewayEvent): Decision {
  const payment = learnGatewayId(work, unit, known, event);
  switch (event.type) {
    case 'AUTHORIZED':
    case 'CAPTURED':
      return applyApproval(work, unit, payment, event);
    case 'PENDING':
      return wait(work, unit, payment, event);
    case 'FAILED':
      return fail(work, unit, payment, event.failureCode ?? 'unspecified');
    case 'CANCELED':
      return cancel(work, unit, payment, event);
    case 'ATTEMPT_FAILED':
      return applied('attempt_noted');
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED':
      return applyRefundEvent(work, unit, payment, event);
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return applyDispute(work, unit, payment, event);
    case 'CHANGED':
      work.callGateway(payment, { kind: 'POLL' });
      return applied('polls_gateway');
    case 'OTHER':
      return { outcome: 'IGNORED_UNKNOWN', effect: null };
  }
}

/** Whether an event's decision looks at refunds and disputes. */
export const isAboutMoney = ({ type }: GatewayEvent): boolean =>
  type === 'CAPTURED' || type === 'CANCELED' || type.startsWith('REFUND') || type.startsWith('DISPUTE');

function learnGatewayId(
  work: UnitOfWork,
  unit: LockedOrder,
  payment: Payment,
  { gatewayPaymentId, type }: GatewayEvent,
): Payment {
  // What only says that something changed may be unsigned: its word isn't taken for anything.
  if (gatewayPaymentId === null || payment.gatewayPaymentId !== null || type === 'CHANGED') return payment;
  const learned = { ...payment, gatewayPaymentId };
  work.setPayment(unit, learned);
  return learned;
}

/** The gateway waits for the shopper, who may have days: the stock is held as long. */
function wait(work: UnitOfWork, unit: LockedOrder, payment: Payment, { payableUntil }: GatewayEvent): Decision {
  if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return ignored('already_noted');
  const reservedUntil =
    payableUntil && payableUntil > unit.order.reservedUntil ? payableUntil : unit.order.reservedUntil;
  if (payment.status === 'PENDING' && reservedUntil === unit.order.reservedUntil) return ignored('already_pending');
  if (reservedUntil !== unit.order.reservedUntil)
    work.setOrder(unit, { ...unit.order, reservedUntil, updatedAt: work.now });
  // One that waits already just waits longer: no step of its own.
  if (payment.status === 'CREATED') {
    work.setPayment(unit, transitionPayment(payment, 'PENDING', work.now));
    work.tell(unit, 'payment.pending', { paymentId: payment.id, reservedUntil });
  }
  return applied('payment_pending');
}

function fail(work: UnitOfWork, unit: LockedOrder, payment: Payment, failureCode: string): Decision {
  switch (payment.status) {
    case 'CREATED':
    case 'PENDING':
      break;
    case 'FAILED':
      return ignored('already_failed');
    case 'CANCELED':
      return ignored('canceled_before');
    case 'REVIEW':
      return ignored('under_review');
    case 'AUTHORIZED':
    case 'CAPTURED':
      return ignored('approved_before');
  }
  work.setPayment(unit, { ...transitionPayment(payment, 'FAILED', work.now), failureCode });
  work.moveStock('release', demandOf(unit), unit.order.id);
  work.setOrder(unit, transitionOrder(unit.order, 'PAYMENT_FAILED', work.now));
  work.tell(unit, 'payment.failed', { paymentId: payment.id, failureCode });
  return applied('payment_failed');
}

/** The gateway has ended the attempt, or let go of the authorization. */
function cancel(work: UnitOfWork, unit: LockedOrder, payment: Payment, { source }: GatewayEvent): Decision {
  const goingBack = unfinishedVoidOf(unit, payment);
  // Its money came back, or never went: a message may be older than that, so what the gateway says when asked counts.
  if (goingBack?.status === 'FAILED' && payment.status !== 'AUTHORIZED' && source === 'WEBHOOK') {
    work.callGateway(payment, { kind: 'POLL' });
    return applied('polls_gateway');
  }
  if (goingBack) {
    finishRefund(work, unit, goingBack, null);
    return applied('payment_voided');
  }
  if (payment.status !== 'AUTHORIZED' && payment.status !== 'REVIEW')
    return fail(work, unit, payment, 'canceled_by_gateway');
  // A paid order doesn't become unpaid by itself: somebody has to look for the money.
  work.raiseAttention(unit, 'authorization_lost');
  return ignored('authorization_lost');
}
