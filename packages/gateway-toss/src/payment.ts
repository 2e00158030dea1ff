import { z } from 'zod';
import { gatewayCurrency, gatewayFact, type GatewayFact, refundIdIn } from '@commerce-core/core/gateway';
import { fromTossAmount } from './amount.ts';

/**
 * The fields of Toss's Payment object that this adapter reads, of API version 2022-11-16.
 * https://docs.tosspayments.com/reference#payment-객체
 */
export const tossPayment = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string(),
  status: z.enum([
    'READY',
    'IN_PROGRESS',
    'WAITING_FOR_DEPOSIT',
    'DONE',
    'CANCELED',
    'PARTIAL_CANCELED',
    'ABORTED',
    'EXPIRED',
  ]),
  currency: gatewayCurrency,
  totalAmount: z.number(),
  /** When the money came; null until then, for example for a virtual account without a deposit. */
  approvedAt: z.string().nullish(),
  virtualAccount: z.object({ dueDate: z.string().nullish() }).nullish(),
  failure: z.object({ code: z.string() }).nullish(),
  cancels: z
    .array(
      z.object({
        cancelAmount: z.number(),
        cancelReason: z.string().nullish(),
        transactionKey: z.string().min(1).max(300),
        /** Older cancels have none: all of them were done at once. */
        cancelStatus: z.enum(['IN_PROGRESS', 'DONE', 'ABORTED']).nullish(),
      }),
    )
    .nullish(),
});
export type TossPayment = z.output<typeof tossPayment>;

/**
 * Returns all that a Payment object states, as facts of this shop.
 * @throws Error when an amount or a time can't be read
 */
export function tossFacts(payment: TossPayment): GatewayFact[] {
  const { status, approvedAt, currency } = payment;
  const about = { paymentId: payment.orderId, gatewayPaymentId: payment.paymentKey };
  switch (status) {
    case 'READY':
      return [];
    case 'IN_PROGRESS':
      return [gatewayFact({ type: 'PENDING', ...about })];
    case 'WAITING_FOR_DEPOSIT':
      return [gatewayFact({ type: 'PENDING', ...about, payableUntil: koreanTime(payment.virtualAccount?.dueDate) })];
    case 'ABORTED':
    case 'EXPIRED':
      return [gatewayFact({ type: 'FAILED', ...about, failureCode: (payment.failure?.code ?? status).slice(0, 200) })];
    case 'DONE':
    case 'CANCELED':
    case 'PARTIAL_CANCELED': {
      // A virtual account that is canceled before its deposit lists a cancel of money that never came.
      if (!approvedAt) return [gatewayFact({ type: 'CANCELED', ...about })];
      const amount = fromTossAmount(payment.totalAmount, currency);
      return [gatewayFact({ type: 'CAPTURED', ...about, amount, currency }), ...refundFacts(payment, about)];
    }
  }
}

const refundTypes = { IN_PROGRESS: 'REFUND_PENDING', DONE: 'REFUNDED', ABORTED: 'REFUND_FAILED' } as const;

function refundFacts(payment: TossPayment, about: Pick<GatewayFact, 'paymentId' | 'gatewayPaymentId'>): GatewayFact[] {
  const { currency } = payment;
  return (payment.cancels ?? []).map(({ cancelAmount, cancelReason, transactionKey, cancelStatus }) =>
    gatewayFact({
      type: refundTypes[cancelStatus ?? 'DONE'],
      ...about,
      amount: fromTossAmount(cancelAmount, currency),
      currency,
      refundId: refundIdIn(cancelReason),
      gatewayObjectId: transactionKey,
    }),
  );
}

/** Toss writes due dates of virtual accounts without an offset; they are in Korean time. */
function koreanTime(text: string | null | undefined): Date | null {
  if (!text) return null;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}+09:00`);
  if (Number.isNaN(time.getTime())) throw new Error('Toss gave a time that is none');
  return time;
}
