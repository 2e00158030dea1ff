import { capturableAmount, paysForOrder } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/**
 * Requests the capture of an order's money when goods leave, if its payment is to be captured then: all that the order
 * still needs. The order is locked with its refunds. A capture that is due already isn't requested twice; after one
 * that the gateway refused, the next shipment requests another.
 * @returns the payment that is only authorized when the goods leave, whether it is captured now or by an operator
 */
export function captureAtDispatch(order: LockedOrder): string | undefined {
  const payment = order.payments.find(paysForOrder);
  if (payment?.status !== 'AUTHORIZED' || order.openVoidOf(payment)) return undefined;
  const amount = capturableAmount(payment);
  if (amount === 0) return undefined;
  if (payment.capture === 'DISPATCH') order.callGateway(payment, { kind: 'CAPTURE', amount });
  return payment.id;
}
