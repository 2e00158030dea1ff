import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { transitionPayment, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applied, ignored, type Decision } from './decision.ts';

/** Applies that the gateway waits for the shopper to pay, perhaps for days. The stock stays reserved until then. */
export function applyPending(order: LockedOrder, payment: Payment, { payableUntil }: GatewayEvent): Decision {
  if (payment.status !== 'CREATED' && payment.status !== 'PENDING') return ignored('already_noted');
  const { reservedUntil } = order.row;
  const isLonger = payableUntil !== null && payableUntil > reservedUntil;
  if (payment.status === 'PENDING' && !isLonger) return ignored('already_pending');
  if (isLonger) order.setReservedUntil(payableUntil);
  // A payment that is PENDING already has only a longer reservation, which is no event.
  if (payment.status === 'CREATED') {
    order.setPayment(transitionPayment(payment, 'PENDING', order.now));
    order.record('payment.pending', {
      paymentId: payment.id,
      reservedUntil: order.row.reservedUntil.toISOString(),
    });
  }
  return applied('payment_pending');
}
