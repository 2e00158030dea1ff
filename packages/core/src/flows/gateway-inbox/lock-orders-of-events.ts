import type { Transaction } from '@commerce-core/pg-pipeline';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { readPaymentIdsOfGatewayIds } from '../../payment/payment-repository.ts';
import type { LockRequest } from '../../unit-of-work/lock-parts.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { isAboutMoney, mayBeSurplus, partsOfRefunds } from '../payment/apply-gateway-event.ts';

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
