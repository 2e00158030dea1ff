import { z } from 'zod';
import { currency, gatewayFact, type GatewayFact, refundIdIn } from '@commerce-core/core/gateway';
import { fromTossAmount } from './toss-amount.ts';

/** What we read of Toss's Payment object, version 2022-11-16. https://docs.tosspayments.com/reference#payment-객체 */
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
  currency,
  totalAmount: z.number(),
  /** When the money came; null until then, also for a virtual account that waits for it. */
  approvedAt: z.string().nullish(),
  virtualAccount: z.object({ dueDate: z.string().nullish() }).nullish(),
  failure: z.object({ code: z.string() }).nullish(),
  cancels: z
    .array(
      z.object({
        cancelAmount: z.number(),
        cancelReason: z.string().nullish(),
        transactionKey: z.string().min(1).max(300),
        /** Missing from older cancels, which were all done at once. */
        cancelStatus: z.enum(['IN_PROGRESS', 'DONE', 'ABORTED']).nullish(),
      }),
    )
    .nullish(),
});
export type TossPayment = z.output<typeof tossPayment>;

/** All that a Payment object says, in this shop's words. @throws Error on what can't be read, amounts for instance */
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

/** Toss writes times of virtual accounts without an offset; they are Korea's. */
function koreanTime(text: string | null | undefined): Date | null {
  if (!text) return null;
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}+09:00`);
  if (Number.isNaN(time.getTime())) throw new Error('Toss gave a time that is none');
  return time;
}
