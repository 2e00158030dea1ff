import type { BankPayment, BankRefund } from '../bank-payment.ts';

const reasonsOf = ({ details }: BankPayment): Record<string, string> =>
  (details['refundReasons'] ??= {}) as Record<string, string>;

/**
 * Keeps the reason of a refund that is about to be made. To gateways that know no id of the shop's for it, a refund is the
 * shop's by what its reason ends with; so both books can be compared.
 * @returns the shop's id of the refund; null when it is none of the shop's
 */
export function keepReason(payment: BankPayment, reason: string): string | null {
  const shopRefundId = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\W*$/.exec(reason)?.[1] ?? null;
  if (shopRefundId !== null) reasonsOf(payment)[shopRefundId] = reason;
  return shopRefundId;
}

export const reasonOf = (payment: BankPayment, { shopRefundId }: BankRefund): string =>
  (shopRefundId === null ? undefined : reasonsOf(payment)[shopRefundId]) ?? 'Refunded in the dashboard';
