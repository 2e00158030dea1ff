import type { RouterOutputs } from '@commerce-core/client';
import { formatMoney } from '../money.ts';

export type Payment = RouterOutputs['payment']['get'];

export function paymentStatusOf({ status, failureCode, surplus }: Payment): string {
  return [status, failureCode, surplus ? 'surplus' : null].filter(Boolean).join(' ');
}

/** Under review, `amount` is what the shop asked for. After it, `amount` is what the gateway took. */
export const isUnderReview = (payment: Payment): boolean => payment.status === 'REVIEW';

/** Formats the amount that a gateway took where it differs from the requested one. Null if it doesn't differ. */
export function reportedMoneyOf({ reportedAmount, reportedCurrency, currency }: Payment): string | null {
  return reportedAmount === null ? null : formatMoney(reportedAmount, reportedCurrency ?? currency);
}

/** Formats the amounts of a payment that are not zero: asked, captured, refunded, exchanged. */
export function paymentMoneyOf(payment: Payment): string {
  const { amount, capturedAmount, refundedAmount, refundReservedAmount, creditedAmount, currency } = payment;
  const parts: [number, string][] = [
    [capturedAmount, 'captured'],
    [refundedAmount, 'refunded'],
    [refundReservedAmount, 'going back'],
    [creditedAmount, 'exchanged'],
  ];
  const moved = parts.flatMap(([part, word]) => (part > 0 ? [`${formatMoney(part, currency)} ${word}`] : []));
  if (!isUnderReview(payment)) return [formatMoney(amount, currency), ...moved].join(', ');
  return [formatMoney(amount, currency), `${reportedMoneyOf(payment)} came`, ...moved].join(', ');
}
