import type { RouterOutputs } from '@commerce-core/api/client';
import { formatMoney } from './money.ts';

export type Payment = RouterOutputs['payment']['get'];

export function paymentStatusOf({ status, failureCode, surplus }: Payment): string {
  return [status, failureCode, surplus ? 'surplus' : null].filter(Boolean).join(' ');
}

/** Formats the amounts of a payment that are not zero: asked, captured, refunded. */
export function paymentMoneyOf(payment: Payment): string {
  const { amount, capturedAmount, refundedAmount, refundReservedAmount, currency } = payment;
  const { reportedAmount, reportedCurrency } = payment;
  const parts: [number, string][] = [
    [capturedAmount, 'captured'],
    [refundedAmount, 'refunded'],
    [refundReservedAmount, 'going back'],
  ];
  const moved = parts.flatMap(([part, word]) => (part > 0 ? [`${formatMoney(part, currency)} ${word}`] : []));
  const told = reportedAmount === null ? [] : [`${formatMoney(reportedAmount, reportedCurrency ?? currency)} came`];
  return [formatMoney(amount, currency), ...told, ...moved].join(', ');
}
