import type { Transaction } from '@commerce-core/pg-pipeline';
import { callAttemptsBeforeAttention, callRetry, type GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import { finishGatewayCall, holdGatewayCall } from '../../gateway-outbox/gateway-call-repository.ts';
import { answeredEvent, gatewayFact, type GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import type { Payment } from '../../payment/payment.ts';
import { retryAt } from '../../due-work/retry.ts';
import { transitionRefund } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { receiveGatewayEvents } from '../gateway-inbox/receive-gateway-events.ts';

/** What a gateway answered to a call: facts, a definite no, or nothing that tells what happened. */
export type CallResult =
  | { answered: 'yes'; facts: readonly GatewayFact[] }
  | { answered: 'no'; code: string }
  | { answered: 'unknown'; error: unknown };

/**
 * Writes what a call brought: its facts enter the inbox as a webhook's would, and the call is over, or due again later. Facts
 * count whenever they come. A no, or no answer, counts only for whoever has the call still: after its lease another one may
 * have been told that it is done, and a no may just mean that.
 */
export async function finishCall(
  tx: Transaction,
  call: GatewayCall,
  payment: Payment,
  result: CallResult,
): Promise<void> {
  await UnitOfWork.lock(tx, [call.orderId]);
  if (result.answered !== 'yes' && !(await holdGatewayCall(tx, call))) return;
  const facts = factsOf(call, payment, result);
  if (facts.length > 0) {
    await receiveGatewayEvents(
      tx,
      facts.map((fact) => ({
        ...answeredEvent(call.provider, { ...fact, paymentId: payment.id }),
        rawBody: null,
      })),
    );
  }
  const work = await UnitOfWork.lock(tx, [call.orderId], { money: true });
  followUp(work, work.units.get(call.orderId)!, call, result);
  work.write();
  finishGatewayCall(tx, call, outcomeOf(call, result, tx.now));
}

function factsOf(call: GatewayCall, payment: Payment, result: CallResult): readonly GatewayFact[] {
  if (result.answered === 'yes') return result.facts;
  if (result.answered === 'unknown' || call.kind !== 'REFUND') return [];
  const { refundId } = call;
  return [gatewayFact({ type: 'REFUND_FAILED', paymentId: payment.id, refundId, failureCode: result.code })];
}

function outcomeOf(
  call: GatewayCall,
  result: CallResult,
  now: Date,
): Pick<GatewayCall, 'status' | 'dueAt' | 'failureCode'> {
  switch (result.answered) {
    case 'yes':
      return { status: 'DONE', dueAt: null, failureCode: null };
    case 'no':
      return { status: 'REFUSED', dueAt: null, failureCode: result.code };
    case 'unknown':
      return { status: 'DUE', dueAt: retryAt(callRetry, call.attempts, now), failureCode: 'no_answer' };
  }
}

function followUp(work: UnitOfWork, unit: LockedOrder, call: GatewayCall, result: CallResult): void {
  const payment = unit.payments.find(({ id }) => id === call.paymentId)!;
  if (result.answered === 'unknown') return wait(work, unit, call);
  work.clearAttention(unit, 'gateway_silent');
  if (call.kind === 'POLL') return work.setPayment(unit, { ...payment, polledAt: work.now });
  if (result.answered === 'yes') return acknowledge(work, unit, call);
  if (call.kind === 'CAPTURE' && payment.status === 'AUTHORIZED') work.raiseAttention(unit, 'capture_failed');
  // Why it can't be, the gateway's own account of the payment says: it may have been done there by hand.
  work.callGateway(payment, { kind: 'POLL' });
}

/** The gateway has the refund, if its facts haven't ended it: what becomes of it, it will tell. */
function acknowledge(work: UnitOfWork, unit: LockedOrder, call: GatewayCall): void {
  const refund = unit.refunds.find(({ id }) => id === call.refundId);
  if (refund?.status !== 'UNKNOWN') return;
  work.setRefund(unit, transitionRefund(refund, 'SUBMITTED', work.now));
  work.tell(unit, 'refund.submitted', { refundId: refund.id, paymentId: refund.paymentId });
}

/** Nobody knows what happened. The same call is made again, with the same ids; a person is told as long as that goes on. */
function wait(work: UnitOfWork, unit: LockedOrder, call: GatewayCall): void {
  const refund = unit.refunds.find(({ id }) => id === call.refundId);
  if (refund?.status === 'SUBMITTED') {
    work.setRefund(unit, transitionRefund(refund, 'UNKNOWN', work.now));
    work.tell(unit, 'refund.unknown', { refundId: refund.id, paymentId: refund.paymentId });
  }
  if (call.attempts % callAttemptsBeforeAttention === 0) work.raiseAttention(unit, 'gateway_silent');
}
