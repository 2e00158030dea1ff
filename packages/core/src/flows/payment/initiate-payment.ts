import { gatewayFact } from '../../gateway-inbox/gateway-event.ts';
import { toGatewayPayment, type NextStep } from '../../gateways/gateway.ts';
import { isLive, type Payment } from '../../payment/payment.ts';
import { requireGateway, type ConfiguredGateways } from '../gateway-outbox/configured-gateways.ts';
import type { Inbox } from '../gateway-inbox/submit-gateway-event.ts';
import { requirePayment, type PaymentRef } from './read-payment.ts';
import { takeGatewayStep } from './take-gateway-step.ts';

/** A payment with what the front end needs to continue it; `next` is null once the payment can't be continued. */
export type InitiatedPayment = Payment & { next: NextStep | null };

/**
 * Begins a payment at its gateway, or begins it again: the gateway treats equal ids as one payment. `next` is never
 * stored, since a part of it is secret; it is requested anew each time.
 * @throws payment_not_found when there is no such payment, or it is for another customer's order
 * @throws provider_not_configured when the payment's gateway isn't configured any more
 * @throws payment_refused when the gateway refuses the payment
 * @throws gateway_unavailable when the gateway gives no answer
 */
export async function initiatePayment(
  inbox: Inbox,
  gateways: ConfiguredGateways,
  ref: PaymentRef,
): Promise<InitiatedPayment> {
  const payment = await requirePayment(inbox.database.db, ref);
  if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return { ...payment, next: null };
  const { initiation } = requireGateway(gateways, payment.provider);
  if (initiation.by === 'client') return { ...payment, next: initiation.initiate(toGatewayPayment(payment)) };
  let next: NextStep | null = null;
  const initiated = await takeGatewayStep(inbox, payment, async () => {
    const begun = await initiation.initiate(toGatewayPayment(payment));
    next = begun.next;
    return [gatewayFact({ type: 'PENDING', gatewayPaymentId: begun.gatewayPaymentId })];
  });
  // The order may have been canceled or expired during the call. Then a CANCEL is due, and no shopper may pay.
  return { ...initiated, next: isLive(initiated) ? next : null };
}
