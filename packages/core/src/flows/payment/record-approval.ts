import type { OrderEventFacts } from '../../events/payloads.ts';
import type { Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

export type ApprovalFacts = Pick<OrderEventFacts<'payment.authorized'>, 'surplus' | 'accepted'>;

/** Sets an approved payment and records its event. A CANCEL that is due comes too late, so it is closed. */
export function recordApproval(order: LockedOrder, payment: Payment, facts: ApprovalFacts): void {
  const { id, status, amount, currency } = payment;
  order.setPayment(payment);
  order.record(status === 'CAPTURED' ? 'payment.captured' : 'payment.authorized', {
    paymentId: id,
    amount,
    currency,
    ...facts,
  });
  order.closeCalls({ subjectId: id, kind: 'CANCEL', status: 'REFUSED', failureCode: 'approved' });
}
