import type { Transaction } from '@commerce-core/pg-pipeline';
import { callAttemptsBeforeAttention, callRetry, type GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import { verdictOf } from './call-verdict.ts';
import { finishGatewayCall, holdGatewayCall } from '../../gateway-outbox/gateway-call-repository.ts';
import { answeredEvent, gatewayFact, type GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { retryAt } from '../../due-work/retry.ts';
import { transitionRefund } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { partsOfRefunds } from '../gateway-inbox/lock-orders-of-events.ts';
import { applyToLockedOrders } from '../gateway-inbox/receive-gateway-events.ts';

/** A gateway's reply to a call: facts, a refusal, or no reply that tells what happened. */
export type CallResult =
  | { answered: 'yes'; facts: readonly GatewayFact[] }
  | { answered: 'no'; code: string }
  | { answered: 'unknown'; error: unknown };

/**
 * Writes the result of a call. Its facts enter the inbox like a webhook's events. The call is then done, or due again
 * later. Facts always count. A refusal or a missing reply counts only while this process has the call's lease: after
 * the lease another process may have made the call, and a refusal may only mean that it was made before.
 */
export async function finishCall(tx: Transaction, call: GatewayCall, result: CallResult): Promise<void> {
  const { provider, paymentId } = call;
  const events = factsOf(call, result).map((fact) => answeredEvent(provider, { ...fact, paymentId }));
  // Only facts can move stock.
  const work = await UnitOfWork.lock(tx, {
    orderIds: [call.orderId],
    money: true,
    ...partsOfRefunds(events),
    ...(events.length > 0 && { stocks: 'all' }),
  });
  if (result.answered !== 'yes' && !(await holdGatewayCall(tx, call))) return;
  const order = work.orders.get(call.orderId);
  if (!order) throw new Error(`order ${call.orderId} of a call is gone`);
  await applyToLockedOrders(tx, work, events);
  followUp(order, call, result);
  work.write();
  finishGatewayCall(tx, call, outcomeOf(call, result, tx.now));
}

function factsOf(call: GatewayCall, result: CallResult): readonly GatewayFact[] {
  if (result.answered === 'yes') return result.facts;
  if (result.answered === 'unknown' || call.kind !== 'REFUND') return [];
  const { refundId } = call;
  return [gatewayFact({ type: 'REFUND_FAILED', refundId, failureCode: result.code })];
}

function outcomeOf(
  call: GatewayCall,
  result: CallResult,
  now: Date,
): Pick<GatewayCall, 'status' | 'dueAt' | 'failureCode'> {
  switch (result.answered) {
    case 'yes':
      return { ...verdictOf(call, result.facts), dueAt: null };
    case 'no':
      return { status: 'REFUSED', dueAt: null, failureCode: result.code };
    case 'unknown':
      return { status: 'DUE', dueAt: retryAt(callRetry, call.attempts, now), failureCode: 'no_answer' };
  }
}

function followUp(order: LockedOrder, call: GatewayCall, result: CallResult): void {
  const payment = order.paymentOf(call);
  if (result.answered === 'unknown') return noteMissingReply(order, call);
  order.clearAttention('gateway_silent');
  if (call.kind === 'POLL') return order.setPayment({ ...payment, polledAt: order.now });
  if (result.answered === 'yes' && call.kind === 'CANCEL') closeCancel(order, call, result.facts);
  if (result.answered === 'yes') return noteSubmitted(order, call);
  if (call.kind === 'CAPTURE' && payment.status === 'AUTHORIZED') order.raiseAttention('capture_failed');
  // A POLL finds the reason for the refusal: an operator may have taken the step at the gateway by hand.
  order.callGateway(payment, { kind: 'POLL' });
}

/** Closes a CANCEL whose own reply says that the attempt is still open: another CANCEL at once would change nothing. */
function closeCancel(order: LockedOrder, call: GatewayCall, facts: readonly GatewayFact[]): void {
  const { status, failureCode } = verdictOf(call, facts);
  if (status !== 'DUE') order.closeCalls({ subjectId: call.paymentId, kind: 'CANCEL', status, failureCode });
}

/** Makes an UNKNOWN refund SUBMITTED: the gateway has accepted it, and later events end it. */
function noteSubmitted(order: LockedOrder, call: GatewayCall): void {
  const refund = order.refund(call.refundId);
  if (refund?.status !== 'UNKNOWN') return;
  order.setRefund(transitionRefund(refund, 'SUBMITTED', order.now));
  order.record('refund.submitted', { refundId: refund.id, paymentId: refund.paymentId });
}

/**
 * Makes a SUBMITTED refund UNKNOWN. The same call is made again with the same ids. Attention is raised once in
 * `callAttemptsBeforeAttention` tries.
 */
function noteMissingReply(order: LockedOrder, call: GatewayCall): void {
  const refund = order.refund(call.refundId);
  if (refund?.status === 'SUBMITTED') {
    order.setRefund(transitionRefund(refund, 'UNKNOWN', order.now));
    order.record('refund.unknown', { refundId: refund.id, paymentId: refund.paymentId });
  }
  if (call.attempts % callAttemptsBeforeAttention === 0) order.raiseAttention('gateway_silent');
}
