import { z } from 'zod';
import type { BankPayment, BankRefund } from '../bank/bank-payment.ts';

const reasonsOf = ({ details }: BankPayment): Record<string, string> =>
  z.record(z.string(), z.string()).parse(details['refundReasons'] ?? {});

/**
 * Remembers the reason of a refund. Toss and PortOne have no field for the shop's id of a refund, so our adapters put
 * this id at the end of the reason.
 *
 * @returns the shop's id of the refund; null when the reason ends with none
 */
export function rememberRefundReason(payment: BankPayment, reason: string): string | null {
  const shopRefundId = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\W*$/.exec(reason)?.[1] ?? null;
  if (shopRefundId !== null) payment.details['refundReasons'] = { ...reasonsOf(payment), [shopRefundId]: reason };
  return shopRefundId;
}

/** Returns the remembered reason of a refund, or a default one. */
export const refundReason = (payment: BankPayment, { shopRefundId }: BankRefund): string =>
  (shopRefundId === null ? undefined : reasonsOf(payment)[shopRefundId]) ?? 'Refunded in the dashboard';
