import { invalidTransition } from '../errors.ts';

/** Who may become what. FAILED → AUTHORIZED is a late approval, CANCELED → AUTHORIZED one that nobody waits for. */
export const paymentTransitions = {
  CREATED: ['PENDING', 'AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'REVIEW'],
  PENDING: ['AUTHORIZED', 'CAPTURED', 'FAILED', 'CANCELED', 'REVIEW'],
  FAILED: ['AUTHORIZED', 'CAPTURED', 'REVIEW'],
  CANCELED: ['AUTHORIZED', 'CAPTURED'],
  AUTHORIZED: ['CAPTURED', 'CANCELED'],
  REVIEW: ['AUTHORIZED', 'CAPTURED', 'CANCELED'],
  CAPTURED: [],
} as const satisfies Record<string, readonly string[]>;

export type PaymentStatus = keyof typeof paymentTransitions;
export const paymentStatuses = Object.keys(paymentTransitions) as PaymentStatus[];

/** An attempt that may still bring the money: at most one per order, by a partial unique index. */
export const liveStatuses = ['CREATED', 'PENDING', 'REVIEW'] as const satisfies PaymentStatus[];
/** An attempt that did. */
export const approvedStatuses = ['AUTHORIZED', 'CAPTURED'] as const satisfies PaymentStatus[];

/** AUTOMATIC: the gateway takes the money as it approves. MANUAL: it is authorized first, and captured by a call. */
export const captureModes = ['AUTOMATIC', 'MANUAL'] as const;
export type CaptureMode = (typeof captureModes)[number];

/** One attempt to pay an order. Amounts in minor units of `currency`. */
export type Payment = {
  id: string;
  orderId: string;
  provider: string;
  /** How the shopper pays, in the provider's words, where that makes a difference: `virtual_account`. */
  method: string | null;
  capture: CaptureMode;
  /** The gateway's own id of it, once we know. */
  gatewayPaymentId: string | null;
  status: PaymentStatus;
  currency: string;
  amount: number;
  authorizedAmount: number;
  capturedAmount: number;
  refundedAmount: number;
  refundReservedAmount: number;
  /** Money that came for an order which can't take it; it goes back. */
  surplus: boolean;
  failureCode: string | null;
  /** What the gateway said it took, where that differs from what was asked. */
  reportedAmount: number | null;
  reportedCurrency: string | null;
  /** Whether what it said it took was captured already. */
  reportedCaptured: boolean;
  /** When the gateway was last asked about it, and answered. */
  polledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export const isLive = (payment: Payment): boolean =>
  (liveStatuses as readonly PaymentStatus[]).includes(payment.status);
export const isApproved = (payment: Payment): boolean =>
  (approvedStatuses as readonly PaymentStatus[]).includes(payment.status);
/** Pays for its order: settled, and not money that goes back. */
export const paysForOrder = (payment: Payment): boolean => isApproved(payment) && !payment.surplus;

type Asked = Pick<Payment, 'id' | 'orderId' | 'provider' | 'method' | 'capture' | 'currency' | 'amount'>;

/** A new attempt: nothing has come yet. */
export function newPayment(asked: Asked, now: Date): Payment {
  return {
    ...asked,
    status: 'CREATED',
    gatewayPaymentId: null,
    authorizedAmount: 0,
    capturedAmount: 0,
    refundedAmount: 0,
    refundReservedAmount: 0,
    surplus: false,
    failureCode: null,
    reportedAmount: null,
    reportedCurrency: null,
    reportedCaptured: false,
    polledAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The payment in its new status. @throws invalid_transition */
export function transitionPayment(payment: Payment, to: PaymentStatus, now: Date): Payment {
  if (!(paymentTransitions[payment.status] as readonly PaymentStatus[]).includes(to)) {
    throw invalidTransition('payment', payment.status, to);
  }
  return { ...payment, status: to, updatedAt: now };
}

/** The attempt after the gateway approved exactly what was asked, and perhaps took it at once. @throws invalid_transition */
export function approvePayment(
  payment: Payment,
  { captured, surplus }: { captured: boolean; surplus: boolean },
  now: Date,
): Payment {
  const { amount } = payment;
  const moved = transitionPayment(payment, captured ? 'CAPTURED' : 'AUTHORIZED', now);
  return { ...moved, authorizedAmount: amount, capturedAmount: captured ? amount : 0, failureCode: null, surplus };
}

/** The attempt after the gateway took `amount` of what it had authorized, and let go of the rest. @throws invalid_transition */
export function capturePayment(payment: Payment, amount: number, now: Date): Payment {
  return { ...transitionPayment(payment, 'CAPTURED', now), capturedAmount: amount };
}

/** Brought nothing before it was canceled. Where the gateway can't end it, the shopper may pay it all the same. */
export const mayBePaidAfterCancel = ({ status, authorizedAmount, surplus }: Payment): boolean =>
  status === 'CANCELED' && authorizedAmount === 0 && !surplus;

/** What of a payment can still be sent back. */
export const refundableAmount = ({ capturedAmount, refundedAmount, refundReservedAmount }: Payment): number =>
  capturedAmount - refundedAmount - refundReservedAmount;

/** Its authorization was let go of: whatever is told of that again, or late, has been dealt with. */
export const isVoided = ({ status, authorizedAmount }: Payment): boolean =>
  status === 'CANCELED' && authorizedAmount > 0;
