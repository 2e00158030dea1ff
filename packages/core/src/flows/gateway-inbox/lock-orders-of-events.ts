import type { Transaction } from '@commerce-core/pg-pipeline';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { readPaymentIdsOfGatewayIds } from '../../payment/payment-repository.ts';
import type { LockRequest, RequestedParts } from '../../unit-of-work/lock-parts.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** Adds our id of the payment to events that have only the gateway's id of it, where we know that id. */
export async function withPaymentIds<E extends GatewayEvent>(tx: Transaction, events: readonly E[]): Promise<E[]> {
  const unnamed = events.filter(({ paymentId, gatewayPaymentId }) => paymentId === null && gatewayPaymentId !== null);
  if (unnamed.length === 0) return [...events];
  const ids = await readPaymentIdsOfGatewayIds(tx, unnamed);
  return events.map((event) => ({
    ...event,
    paymentId: event.paymentId ?? ids.get(`${event.provider} ${event.gatewayPaymentId}`) ?? null,
  }));
}

/** The orders that events are about, with the parts that the decisions about them need. */
export const locksOfEvents = (events: readonly GatewayEvent[]): LockRequest => ({
  paymentIds: events.flatMap(({ paymentId }) => paymentId ?? []),
  money: events.some(isAboutMoney),
  ...partsOfRefunds(events),
  stocks: 'all',
});

/** Locks what only the locked orders show to be needed for the decisions about events. */
export async function lockMoreForEvents(work: UnitOfWork, events: readonly GatewayEvent[]): Promise<void> {
  const ofPayments = Map.groupBy(events, ({ paymentId }) => paymentId);
  await work.lockMoneyOf((order) =>
    mayBeSurplus(
      order,
      order.payments.flatMap(({ id }) => ofPayments.get(id) ?? []),
    ),
  );
}

/** Whether the decision about an event needs the order's refunds and disputes. */
const isAboutMoney = ({ type }: GatewayEvent): boolean =>
  type === 'CAPTURED' || type === 'CANCELED' || type.startsWith('REFUND') || type.startsWith('DISPUTE');

/**
 * Whether an authorization may be one that the order can't use, so that the decision needs its refunds and disputes. An
 * order that waits for its one attempt needs neither, and that is nearly every authorization: it costs no further
 * statement.
 * @param events those of this transaction that are about the order
 */
function mayBeSurplus({ status, payments }: LockedOrder, events: readonly GatewayEvent[]): boolean {
  if (!events.some(({ type }) => type === 'AUTHORIZED')) return false;
  return status !== 'PAYMENT_PENDING' || payments.length > 1 || events.length > 1;
}

/**
 * What the decision about a refund needs that succeeds after its failure: its units may have been replaced meanwhile.
 */
export const partsOfRefunds = (events: readonly GatewayEvent[]): RequestedParts =>
  events.some(({ type, source }) => type === 'REFUNDED' && source === 'ANSWER')
    ? { refundLines: true, shipments: true }
    : {};
