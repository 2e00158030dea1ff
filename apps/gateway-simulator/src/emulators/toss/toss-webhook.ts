import type { Change } from '../../bank/change.ts';
import { koreanTime, tossPayment } from './toss-payment.ts';

/**
 * Returns the body of Toss's webhook about a change; undefined when Toss sends none. The webhook of a deposit has no
 * `eventType` and `data`. https://docs.tosspayments.com/reference/using-api/webhook-events
 */
export function tossWebhook({ type, at, payment, refund }: Change): object | undefined {
  const createdAt = `${koreanTime(at).slice(0, 19)}.${String(at.getMilliseconds()).padStart(3, '0')}000`;
  const data = tossPayment(payment);
  switch (type) {
    case 'CREATED':
    case 'ATTEMPT_FAILED':
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return undefined;
    case 'AUTHORIZED':
    case 'CAPTURED':
      if (payment.payableUntil) {
        const { secret, status, lastTransactionKey, orderId } = data;
        return { createdAt, secret, status, transactionKey: lastTransactionKey, orderId };
      }
      return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data };
    case 'REFUND_PENDING':
    case 'REFUND_FAILED': {
      const { paymentKey, orderId, cancels } = data;
      const cancel = cancels?.find(({ transactionKey }) => transactionKey === refund?.id);
      return { eventType: 'CANCEL_STATUS_CHANGED', createdAt, data: { paymentKey, orderId, ...cancel } };
    }
    case 'PENDING':
    case 'FAILED':
    case 'CANCELED':
    case 'REFUNDED':
      return { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data };
  }
}
