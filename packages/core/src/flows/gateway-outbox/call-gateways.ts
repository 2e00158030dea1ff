import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { isUnavailable, type CommerceError } from '../../errors.ts';
import { amountRefusal } from '../../gateways/amount-rule.ts';
import { GatewayRefusal, toGatewayPayment, type Gateway } from '../../gateways/gateway.ts';
import type { GatewayCall, GatewayCallKind } from '../../gateway-outbox/gateway-call.ts';
import { KeptLeases } from '../../due-work/kept-leases.ts';
import { verdictOf } from './call-verdict.ts';
import { claimGatewayCalls, renewGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import type { GatewayFact } from '../../gateway-inbox/gateway-event.ts';
import type { Payment } from '../../payment/payment.ts';
import { isOpen, transitionRefund, type Refund } from '../../refund/refund.ts';
import { finishCall, type CallResult } from './finish-call.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** A call with its payment and refund, as they were committed just before. */
type ReadyCall = { call: GatewayCall; payment: Payment; refund: Refund | undefined };

/** The result of one call: `no` is the gateway's refusal; after `unknown` the call is made again. */
export type GatewayCallReport = {
  provider: string;
  kind: GatewayCallKind;
  answered: CallResult['answered'];
  tookMs: number;
};

/**
 * Makes up to `limit` due calls to gateways. One transaction leases the calls, the gateways are called outside of any
 * transaction, and each result is written in a transaction of its own. The leases are renewed until then. The calls of
 * a process that dies are made again after their lease.
 * @returns how many calls were leased
 * @throws the first error on our side, after all calls were made; an unavailable database is not thrown
 */
export async function callGateways(
  database: Database,
  gateways: ReadonlyMap<string, Gateway>,
  limit: number,
  observe: (report: GatewayCallReport) => void = () => {},
  tracing?: Tracing,
): Promise<number> {
  const claimed = await withTransaction(database, async (tx) => claimGatewayCalls(tx, [...gateways.keys()], limit));
  if (claimed.length === 0) return 0;
  const leases = new KeptLeases(database, renewGatewayCalls, claimed, ({ id }) => id);
  const run = async (readyCall: ReadyCall): Promise<void> => {
    const { provider, kind } = readyCall.call;
    const begin = performance.now();
    const result = await make(gateways.get(provider), readyCall);
    observe({ provider, kind, answered: result.answered, tookMs: performance.now() - begin });
    await finish(database, await leases.release(readyCall.call), result);
  };
  const runForCause = tracing
    ? async (ready: ReadyCall) => tracing.causedBy(ready.call.traceparent, async () => run(ready))
    : run;
  const finished = await withTransaction(database, async (tx) => prepare(tx, claimed))
    .then(async (ready) => Promise.allSettled(ready.map(runForCause)))
    .finally(() => leases.stop());
  // A result that can't be written because the database is unavailable is no error: the call is made again after its
  // lease.
  const fault = finished.find((each) => each.status === 'rejected' && !isUnavailable(each.reason));
  if (fault?.status === 'rejected') throw fault.reason;
  return claimed.length;
}

/** Writes a result. A result that can't be applied counts as no reply: the call is made again, each time later. */
async function finish(database: Database, call: GatewayCall, result: CallResult): Promise<void> {
  try {
    await withTransaction(database, async (tx) => finishCall(tx, call, result));
  } catch (error) {
    if (!isUnavailable(error))
      await withTransaction(database, async (tx) => finishCall(tx, call, { answered: 'unknown', error }));
    throw error;
  }
}

/** Makes refunds SUBMITTED before they are sent, and closes calls that are no longer needed. */
async function prepare(tx: Transaction, calls: readonly GatewayCall[]): Promise<ReadyCall[]> {
  const work = await UnitOfWork.lock(tx, { orderIds: calls.map(({ orderId }) => orderId), money: true });
  const ready = calls.flatMap((call) => {
    const order = work.orders.get(call.orderId);
    return (order && prepareCall(order, call)) ?? [];
  });
  work.write();
  return ready;
}

function prepareCall(order: LockedOrder, call: GatewayCall): ReadyCall | undefined {
  const payment = order.paymentOf(call);
  const refund = order.refund(call.refundId);
  if (call.kind === 'CAPTURE' && (payment.status !== 'AUTHORIZED' || order.openVoidOf(payment))) {
    order.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'not_authorized' });
    return undefined;
  }
  if (!refund) return { call, payment, refund };
  if (!isOpen(refund)) {
    order.closeCalls({ subjectId: refund.id, kind: 'REFUND', status: 'DONE', failureCode: null });
    return undefined;
  }
  if (refund.status === 'REQUESTED') {
    order.setRefund(transitionRefund(refund, 'SUBMITTED', order.now));
    order.record('refund.submitted', { refundId: refund.id, paymentId: payment.id });
  }
  return { call, payment, refund };
}

async function make(gateway: Gateway | undefined, readyCall: ReadyCall): Promise<CallResult> {
  try {
    if (!gateway) throw new Error(`${readyCall.call.provider} is not configured`);
    const unsupported = unsupportedAmount(gateway, readyCall);
    if (unsupported) return { answered: 'no', code: unsupported.code };
    const facts = await request(gateway, readyCall);
    // A reply that doesn't tell whether the call had its effect counts as no reply, so the call is made again.
    if (verdictOf(readyCall.call, facts).status === 'DUE')
      throw new Error('the gateway’s reply does not tell whether the call had its effect');
    return { answered: 'yes', facts };
  } catch (error) {
    if (error instanceof GatewayRefusal) return { answered: 'no', code: error.code };
    return { answered: 'unknown', error };
  }
}

/**
 * An amount that the shop wants to move by itself, like the rest of a surplus, isn't refused to any caller. The call is
 * refused here, without a request, which raises attention.
 */
function unsupportedAmount(gateway: Gateway, { call, payment, refund }: ReadyCall): CommerceError | undefined {
  const { currency } = payment;
  if (call.kind === 'CAPTURE' && call.amount !== null)
    return amountRefusal(gateway, 'capture', { amount: call.amount, currency });
  return refund?.kind === 'REFUND' ? amountRefusal(gateway, 'refund', refund) : undefined;
}

async function request(gateway: Gateway, { call, refund, ...ready }: ReadyCall): Promise<GatewayFact[]> {
  const payment = toGatewayPayment(ready.payment);
  switch (call.kind) {
    case 'POLL':
      return gateway.retrieve?.(payment) ?? [];
    case 'CANCEL':
      return gateway.cancel(payment);
    case 'CAPTURE':
      if (call.amount === null) throw new Error(`capture ${call.id} has no amount`);
      return gateway.capture(payment, call.amount);
    case 'REFUND':
      if (!refund) throw new Error(`refund ${call.refundId} of call ${call.id} does not exist`);
      return gateway.refund(refund, payment);
  }
}
