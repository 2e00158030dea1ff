import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import { belongsTo } from '../../order/guest.ts';
import type { Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Finds the payment that a command names among the locked orders. With `customerId`, a payment of another customer's
 * order counts as unknown.
 * @returns the payment and its order · refusals: payment_not_found
 */
export function locatePayment(
  work: UnitOfWork,
  { paymentId, customerId }: { paymentId: string; customerId?: string | undefined },
): Outcome<{ order: LockedOrder; payment: Payment }> {
  for (const order of work.orders.values()) {
    const payment = order.payment(paymentId);
    if (payment && belongsTo(order.row, customerId)) return accepted({ order, payment });
  }
  return refused(new CommerceError('payment_not_found', 'no such payment'));
}
