import type { Payment } from '../show/payment.ts';
import type { Dispute, Refund } from './compare.ts';
import type { GatewayPayment } from './gateway-book.ts';

export const paid = { status: 'CAPTURED', authorizedAmount: 1_000, capturedAmount: 1_000 } as const;
export const authorized = { status: 'AUTHORIZED', authorizedAmount: 1_000 } as const;
export const lost = { status: 'CANCELED', authorizedAmount: 1_000, failureCode: 'authorization_lost' } as const;

/** A payment in the shop's book, with refunds. */
export function shop(payment: Partial<Payment> = {}, ...refunds: Partial<Refund>[]) {
  const none = {
    authorizedAmount: 0,
    capturedAmount: 0,
    refundedAmount: 0,
    refundReservedAmount: 0,
    reportedAmount: null,
  };
  const whole = {
    id: 'p',
    currency: 'KRW',
    amount: 1_000,
    surplus: false,
    reportedCaptured: false,
    status: 'CREATED',
    ...none,
  };
  const refund = { id: 'r', paymentId: 'p', kind: 'REFUND', amount: 400, currency: 'KRW', gatewayRefundId: null };
  return {
    payment: { ...whole, ...payment } as Payment,
    refunds: refunds.map((given) => ({ ...refund, ...given }) as Refund),
    disputes: [] as Dispute[],
  };
}

/** The same payment in the gateway's book. */
export function gateway(
  payment: Partial<GatewayPayment> = {},
  ...refunds: Partial<GatewayPayment['refunds'][number]>[]
): GatewayPayment {
  const none = { authorizedAmount: 0, capturedAmount: 0, releasedBy: null };
  const refund = { id: 'mr_1', refundId: 'r', amount: 400, status: 'SUCCEEDED' } as const;
  return {
    paymentId: 'p',
    provider: 'mock',
    state: 'CREATED',
    currency: 'KRW',
    ...none,
    ...payment,
    refunds: refunds.map((given) => ({ ...refund, ...given })),
    disputes: [],
  };
}

export const captured = { state: 'CAPTURED', authorizedAmount: 1_000, capturedAmount: 1_000 } as const;
export const held = { state: 'AUTHORIZED', authorizedAmount: 1_000 } as const;
export const released = { state: 'CANCELED', authorizedAmount: 1_000 } as const;
