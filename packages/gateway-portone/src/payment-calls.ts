import {
  gatewayFact,
  type GatewayFact,
  type GatewayPayment,
  GatewayRefusal,
  type GatewayRefund,
  refundIdIn,
  refundReason,
} from '@commerce-core/core/gateway';
import type { PortoneApi } from './api.ts';
import { isVirtualAccount, portoneFacts, refundFact, type PortonePayment } from './payment.ts';

/** Registers a payment's amount at PortOne. Does nothing for a payment that is registered, or even paid, already. */
export async function registerPayment(api: PortoneApi, payment: GatewayPayment): Promise<void> {
  try {
    await api.preRegister(payment);
  } catch (error) {
    // The payment was registered before and is paid by now. PortOne's page shows that to the shopper.
    if (!isRefusal(error, 'ALREADY_PAID')) throw error;
  }
}

/** Ends a payment; only a virtual account without a deposit can be closed. Throws as the port says. */
export async function cancelPayment(api: PortoneApi, { id }: GatewayPayment): Promise<GatewayFact[]> {
  const found = await api.find(id);
  // PortOne has no call that ends a payment which the shopper hasn't begun. If it is paid later, a webhook comes.
  if (!found) return [];
  if (found.status !== 'VIRTUAL_ACCOUNT_ISSUED') return portoneFacts(found);
  try {
    await api.closeVirtualAccount(id);
  } catch (error) {
    if (!isRefusal(error, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')) throw error;
    // The deposit came between the two calls.
    return portoneFacts((await api.find(id)) ?? found);
  }
  return [gatewayFact({ type: 'CANCELED', paymentId: id, gatewayPaymentId: id })];
}

/** Returns money of a payment to the shopper, once for each refund. Throws as the port says. */
export async function refundPayment(
  api: PortoneApi,
  refund: GatewayRefund,
  { id: paymentId }: GatewayPayment,
): Promise<GatewayFact[]> {
  const found = await api.find(paymentId);
  if (!found) throw new GatewayRefusal('PAYMENT_NOT_FOUND', 'PortOne knows no such payment');
  // PortOne forgets idempotency keys, so the refund is looked for among the cancellations first.
  if (hasRefund(found, refund)) return portoneFacts(found);
  if (isVirtualAccount(found) && found.paidAt) {
    throw new GatewayRefusal(
      'refund_account_required',
      'a refund of a virtual account needs a bank account of the shopper, which the shop does not know',
    );
  }
  const left = amountLeft(found);
  const request = {
    paymentId,
    reason: refundReason(refund),
    ...(refund.kind === 'VOID' ? {} : { amount: refund.amount }),
    ...(left === undefined ? {} : { currentCancellableAmount: left }),
  };
  try {
    return [refundFact(found, await api.cancel(request, `${refund.id}-${left ?? 'any'}`))];
  } catch (error) {
    if (!isRefusal(error, 'PAYMENT_ALREADY_CANCELLED')) throw error;
    const after = await api.find(paymentId);
    if (after && hasRefund(after, refund)) return portoneFacts(after);
    throw error;
  }
}

/** The amount that can still be canceled; undefined when a discount or a running cancel makes it uncertain. */
function amountLeft({ amount, cancellations }: PortonePayment): number | undefined {
  const isCertain = amount.discount === 0 && !cancellations?.some(({ status }) => status === 'REQUESTED');
  return isCertain ? amount.total - amount.cancelled : undefined;
}

const isRefusal = (error: unknown, code: string): boolean => error instanceof GatewayRefusal && error.code === code;

const hasRefund = ({ cancellations }: PortonePayment, { id }: GatewayRefund): boolean =>
  cancellations?.some(({ reason }) => refundIdIn(reason) === id) ?? false;
