import { paysForOrder, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { cancelLiveAttempts } from './cancel-live-attempts.ts';
import { recordApproval, type ApprovalFacts } from './record-approval.ts';

/** Whether an order can still become PAID: it isn't canceled, no payment pays for it, and its stock is there. */
export function canBePaid(order: LockedOrder): boolean {
  if (order.status === 'CANCELED' || order.payments.some(paysForOrder)) return false;
  return order.row.reservationStatus === 'HELD' || order.shortages().length === 0;
}

/** Makes an order PAID by an approved payment: its stock is sold, and a READY parcel holds all of its products. */
export function completeOrder(order: LockedOrder, payment: Payment, facts: ApprovalFacts = {}): void {
  recordApproval(order, payment, facts);
  cancelLiveAttempts(order);
  order.sellStock();
  order.transition('PAID');
  const { totalAmount, currency } = order.row;
  order.record('order.paid', { paymentId: payment.id, totalAmount, currency });
  const products = order.lines.filter(({ kind }) => kind === 'PRODUCT');
  order.packParcel(products.map(({ lineNo, quantity }) => ({ lineNo, quantity })));
}
