import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { isUnavailable } from '../../errors.ts';
import { GatewayRefusal, type Gateway } from '../../gateways/gateway.ts';
import type { GatewayCall, GatewayCallKind } from '../../gateway-outbox/gateway-call.ts';
import { claimGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import type { GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import type { Payment } from '../../payment/payment.ts';
import { isOpen, transitionRefund, type Refund } from '../../refund/refund.ts';
import { finishCall, type CallResult } from './finish-call.ts';
import { openVoidOf } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** A call with what it is about, as it was committed just before. */
type ReadyCall = { call: GatewayCall; payment: Payment; refund: Refund | undefined };

/** How a gateway took one call: `no` is its refusal, `unknown` that it gave no answer, and is called again. */
export type GatewayCallReport = {
  provider: string;
  kind: GatewayCallKind;
  answered: CallResult['answered'];
  tookMs: number;
};

/**
 * Makes up to `limit` calls to gateways that are due: takes them for a while in one transaction, asks the gateways outside
 * of any, and writes each answer in one of its own. A process that dies on the way leaves its calls to be made again.
 * Answers how many were taken.
 */
export async function callGateways(
  database: Database,
  gateways: ReadonlyMap<string, Gateway>,
  limit: number,
  observe: (report: GatewayCallReport) => void = () => {},
): Promise<number> {
  const claimed = await withTransaction(database, async (tx) => claim(tx, [...gateways.keys()], limit));
  const ready = await withTransaction(database, async (tx) => prepare(tx, claimed));
  const finished = await Promise.allSettled(
    ready.map(async (call) => {
      const { provider, kind } = call.call;
      const begin = performance.now();
      const result = await ask(gateways.get(provider)!, call);
      observe({ provider, kind, answered: result.answered, tookMs: performance.now() - begin });
      await finish(database, call, result);
    }),
  );
  // What can't be written now is asked for again when the lease is over. Other faults are ours, and reported.
  const fault = finished.find((each) => each.status === 'rejected' && !isUnavailable(each.reason));
  if (fault?.status === 'rejected') throw fault.reason;
  return claimed.length;
}

/** An answer that can't be written is none: the call is made again, ever later, and a person hears of it. */
async function finish(database: Database, { call, payment }: ReadyCall, result: CallResult): Promise<void> {
  try {
    await withTransaction(database, async (tx) => finishCall(tx, call, payment, result));
  } catch (error) {
    if (!isUnavailable(error))
      await withTransaction(database, async (tx) => finishCall(tx, call, payment, { answered: 'unknown', error }));
    throw error;
  }
}

async function claim(tx: Transaction, providers: readonly string[], limit: number): Promise<GatewayCall[]> {
  await tx.began;
  return claimGatewayCalls(tx, providers, limit);
}

/** Refunds are SUBMITTED before they are sent. What needn't be asked for any more isn't. */
async function prepare(tx: Transaction, calls: readonly GatewayCall[]): Promise<ReadyCall[]> {
  if (calls.length === 0) return [];
  const work = await UnitOfWork.lock(
    tx,
    calls.map(({ orderId }) => orderId),
    { money: true },
  );
  const ready = calls.flatMap((call): ReadyCall[] => {
    const unit = work.units.get(call.orderId)!;
    const payment = unit.payments.find(({ id }) => id === call.paymentId)!;
    const refund = unit.refunds.find(({ id }) => id === call.refundId);
    if (call.kind === 'CAPTURE' && (payment.status !== 'AUTHORIZED' || openVoidOf(unit, payment))) {
      work.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'not_authorized' });
      return [];
    }
    if (!refund) return [{ call, payment, refund }];
    if (!isOpen(refund)) {
      work.closeCalls({ subjectId: refund.id, kind: 'REFUND', status: 'DONE', failureCode: null });
      return [];
    }
    if (refund.status === 'REQUESTED') {
      work.setRefund(unit, transitionRefund(refund, 'SUBMITTED', work.now));
      work.tell(unit, 'refund.submitted', { refundId: refund.id, paymentId: payment.id });
    }
    return [{ call, payment, refund }];
  });
  work.write();
  return ready;
}

async function ask(gateway: Gateway, { call, payment, refund }: ReadyCall): Promise<CallResult> {
  try {
    const facts = await make(gateway, call, payment, refund);
    // It is over only with a word about it: nobody else would ask for it again.
    if (refund && !facts.some(({ refundId }) => refundId === refund.id))
      throw new Error('the gateway said nothing of the refund');
    return { answered: 'yes', facts };
  } catch (error) {
    if (error instanceof GatewayRefusal) return { answered: 'no', code: error.code };
    return { answered: 'unknown', error };
  }
}

async function make(
  gateway: Gateway,
  { kind, amount }: GatewayCall,
  payment: Payment,
  refund: Refund | undefined,
): Promise<GatewayFact[]> {
  switch (kind) {
    case 'POLL':
      return gateway.retrieve?.(payment) ?? [];
    case 'CANCEL':
      return gateway.cancel(payment);
    case 'CAPTURE':
      return gateway.capture(payment, amount!);
    case 'REFUND':
      return gateway.refund(refund!, payment);
  }
}
