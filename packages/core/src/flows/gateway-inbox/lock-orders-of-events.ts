import type { Transaction } from '@commerce-core/pg-pipeline';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { readPaymentIdsOfGatewayIds } from '../../payment/payment-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { isAboutMoney } from '../payment/apply-gateway-event.ts';

/** Events with our id of their payment, where the gateway told only its own and we know that one. */
export async function withPaymentIds<E extends GatewayEvent>(tx: Transaction, events: readonly E[]): Promise<E[]> {
  const unnamed = events.filter(({ paymentId, gatewayPaymentId }) => paymentId === null && gatewayPaymentId !== null);
  if (unnamed.length === 0) return [...events];
  const ids = await readPaymentIdsOfGatewayIds(tx, unnamed);
  return events.map((event) => ({
    ...event,
    paymentId: event.paymentId ?? ids.get(`${event.provider} ${event.gatewayPaymentId}`) ?? null,
  }));
}

/** Locks the orders that events are about, with all that their decisions look at. */
export async function lockOrdersOfEvents(tx: Transaction, events: readonly GatewayEvent[]): Promise<UnitOfWork> {
  const paymentIds = events.flatMap(({ paymentId }) => paymentId ?? []);
  return UnitOfWork.lockOfPayments(tx, paymentIds, { money: events.some(isAboutMoney) });
}
