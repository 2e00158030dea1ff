import {
  gatewayFact,
  type GatewayFact,
  type GatewayPayment,
  GatewayRefusal,
  type GatewayRefund,
  refundIdIn,
  refundReason,
} from '@commerce-core/core/gateway';
import { toTossAmount } from './amount.ts';
import { errorCodeOf, readPaymentOf, throwRefusal } from './answers.ts';
import type { TossApi } from './api.ts';
import { tossFacts } from './payment.ts';

/** Takes the money of a payment that the shopper agreed to. Throws as the port says. */
export async function confirmPayment(
  api: TossApi,
  { id, amount, currency }: GatewayPayment,
  paymentKey: string,
): Promise<GatewayFact[]> {
  const answer = await api.confirm({ paymentKey, orderId: id, amount: toTossAmount(amount, currency) });
  if (errorCodeOf(answer) !== 'ALREADY_PROCESSED_PAYMENT') return tossFacts(readPaymentOf(id, answer));
  // The key may belong to another order that is paid, so the payment is looked up by our id alone.
  const found = await api.find({ id, gatewayPaymentId: null });
  const facts = found ? tossFacts(found) : [];
  return facts.length > 0 ? facts : throwRefusal(answer);
}

/** Ends a payment; only a virtual account without a deposit needs a call. Throws as the port says. */
export async function cancelPayment(api: TossApi, payment: GatewayPayment): Promise<GatewayFact[]> {
  const found = await api.find(payment);
  if (!found || found.status === 'READY' || found.status === 'IN_PROGRESS') {
    return [gatewayFact({ type: 'CANCELED', paymentId: payment.id, gatewayPaymentId: found?.paymentKey ?? null })];
  }
  if (found.status !== 'WAITING_FOR_DEPOSIT') return tossFacts(found);
  const answer = await api.cancel(found, `cancel-${payment.id}`, {
    cancelReason: 'The order no longer waits for this payment',
  });
  if (errorCodeOf(answer) === undefined) return tossFacts(readPaymentOf(payment.id, answer));
  // The deposit may have come between the two calls.
  const after = await api.find(payment);
  return after && after.status !== 'WAITING_FOR_DEPOSIT' ? tossFacts(after) : throwRefusal(answer);
}

/** Returns money of a payment to the shopper, once for each refund. Throws as the port says. */
export async function refundPayment(
  api: TossApi,
  refund: GatewayRefund,
  payment: GatewayPayment,
): Promise<GatewayFact[]> {
  const found = await api.find(payment);
  if (!found) throw new GatewayRefusal('NOT_FOUND_PAYMENT', 'Toss knows no such payment');
  // Toss forgets idempotency keys after 15 days, so the refund is looked for among the cancels first.
  if (found.cancels?.some(({ cancelReason }) => refundIdIn(cancelReason) === refund.id)) return tossFacts(found);
  if (found.virtualAccount && found.approvedAt) {
    throw new GatewayRefusal(
      'refund_account_required',
      'a refund of a virtual account needs a bank account of the shopper, which the shop does not know',
    );
  }
  const answer = await api.cancel(found, refund.id, {
    cancelReason: refundReason(refund),
    ...(refund.kind === 'VOID' ? {} : { cancelAmount: toTossAmount(refund.amount, refund.currency) }),
  });
  return tossFacts(readPaymentOf(payment.id, answer));
}
