import { transition } from '../transition.ts';

/** The statuses that each status can change to. FAILED or CANCELED → AUTHORIZED or CAPTURED is a late approval. */
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
// Object.keys returns strings, though the table has no other keys.
export const paymentStatuses = Object.keys(paymentTransitions) as PaymentStatus[];

/** An attempt that can still be approved. An order has at most one, which a partial unique index enforces. */
export const liveStatuses = ['CREATED', 'PENDING', 'REVIEW'] as const satisfies PaymentStatus[];
/** An attempt that the gateway has approved. */
export const approvedStatuses = ['AUTHORIZED', 'CAPTURED'] as const satisfies PaymentStatus[];

/**
 * AUTOMATIC: the gateway captures the money when it approves. MANUAL: the money is authorized, and captured by a call
 * of an operator. DISPATCH: the money is authorized, and the shop captures it when the first shipment leaves.
 */
export const captureModes = ['AUTOMATIC', 'MANUAL', 'DISPATCH'] as const;
export type CaptureMode = (typeof captureModes)[number];
/** How a gateway captures. DISPATCH is MANUAL for a gateway: the shop decides when it calls. */
export type GatewayCaptureMode = Exclude<CaptureMode, 'DISPATCH'>;

/** One attempt to pay an order. Amounts in minor units of `currency`. */
export type Payment = {
  id: string;
  orderId: string;
  provider: string;
  /** How the shopper pays, as the provider names it, where the provider treats it differently: `virtual_account`. */
  method: string | null;
  capture: CaptureMode;
  /** The gateway's own id of the payment, once it is known. */
  gatewayPaymentId: string | null;
  status: PaymentStatus;
  currency: string;
  amount: number;
  authorizedAmount: number;
  capturedAmount: number;
  refundedAmount: number;
  refundReservedAmount: number;
  /** The part of the captured amount that pays for other orders, in exchange for goods that came back. */
  creditedAmount: number;
  /** The part of the authorized amount that the order no longer needs, so that a capture leaves it out. */
  releasedAmount: number;
  /** The money arrived for an order that can't use it; it must be refunded. */
  surplus: boolean;
  failureCode: string | null;
  /**
   * The amount that the gateway reported, where it differs from the requested one. When it is accepted or becomes
   * surplus, it becomes `amount`, and `reportedCurrency` becomes `currency`.
   */
  reportedAmount: number | null;
  reportedCurrency: string | null;
  /** Whether the reported amount was captured already. */
  reportedCaptured: boolean;
  /** Whether the gateway has reported the attempt, or its authorization, as canceled. */
  canceledAtGateway: boolean;
  /** When an operator is warned that the authorization is about to lapse; null when that isn't known, or was done. */
  lapseWarningAt: Date | null;
  /**
   * When an operator is warned that goods have left and the money isn't captured; null before that, or when it was
   * done.
   */
  captureOverdueAt: Date | null;
  /** When the payment was last polled with an answer. */
  polledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const live: readonly PaymentStatus[] = liveStatuses;
const approved: readonly PaymentStatus[] = approvedStatuses;

export const isLive = ({ status }: Payment): boolean => live.includes(status);
export const isUnderReview = ({ status }: Payment): boolean => status === 'REVIEW';
export const isApproved = ({ status }: Payment): boolean => approved.includes(status);

/** Whether a payment pays for its order: it is approved, and its money needn't be refunded. */
export const paysForOrder = (payment: Payment): boolean => isApproved(payment) && !payment.surplus;

/** The provider of the payment of a free order, which no gateway takes part in. */
export const noProvider = 'none';

type NewPayment = Pick<Payment, 'id' | 'orderId' | 'provider' | 'method' | 'capture' | 'currency' | 'amount'> &
  Partial<Pick<Payment, 'lapseWarningAt' | 'captureOverdueAt'>>;

/** A new attempt, without money. */
export function newPayment(given: NewPayment, now: Date): Payment {
  return {
    lapseWarningAt: null,
    captureOverdueAt: null,
    ...given,
    status: 'CREATED',
    gatewayPaymentId: null,
    authorizedAmount: 0,
    capturedAmount: 0,
    refundedAmount: 0,
    refundReservedAmount: 0,
    creditedAmount: 0,
    releasedAmount: 0,
    surplus: false,
    failureCode: null,
    reportedAmount: null,
    reportedCurrency: null,
    reportedCaptured: false,
    canceledAtGateway: false,
    polledAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The payment in its new status. @throws invalid_transition when it can't change so */
export function transitionPayment(payment: Payment, to: PaymentStatus, now: Date): Payment {
  return transition('payment', paymentTransitions, payment, to, now);
}

/**
 * The attempt after the gateway approved its amount, and perhaps captured it.
 * @throws invalid_transition when it can't change so
 */
export function approvePayment(
  payment: Payment,
  { captured, surplus }: { captured: boolean; surplus: boolean },
  now: Date,
): Payment {
  const { amount } = payment;
  const approved = transitionPayment(payment, captured ? 'CAPTURED' : 'AUTHORIZED', now);
  const money = { authorizedAmount: amount, capturedAmount: captured ? amount : 0, surplus };
  return { ...approved, ...money, failureCode: null, canceledAtGateway: false };
}

/**
 * The payment after the gateway captured `amount` and released the rest.
 * @throws invalid_transition when it can't change so
 */
export function capturePayment(payment: Payment, amount: number, now: Date): Payment {
  const releasedAmount = Math.min(payment.releasedAmount, payment.authorizedAmount - amount);
  return { ...transitionPayment(payment, 'CAPTURED', now), capturedAmount: amount, releasedAmount };
}

/** What a capture of an authorized payment takes, in minor units: what the order still needs of it. */
export const capturableAmount = ({ authorizedAmount, releasedAmount }: Payment): number =>
  authorizedAmount - releasedAmount;

const dayMs = 24 * 60 * 60_000;

/** How long after goods have left an operator is warned that their payment isn't captured. */
export const captureOverdueMs = dayMs;

/**
 * When an operator is warned that an authorization lapses, if it lasts `authorizationMs`: a day before it does, or
 * after half of a shorter time.
 */
export const lapseWarningAt = (begin: Date, authorizationMs: number): Date =>
  new Date(begin.getTime() + authorizationMs - Math.min(dayMs, authorizationMs / 2));

/** Whether an attempt was canceled without money. Where the gateway can't end it, the shopper can still pay. */
export const mayBePaidAfterCancel = ({ status, authorizedAmount, surplus }: Payment): boolean =>
  status === 'CANCELED' && authorizedAmount === 0 && !surplus;

/**
 * What was captured of a payment, is in no refund and pays for no exchange, in minor units. It counts what gateways
 * report. How much of it can be refunded depends on disputes, too: see `refundableAmount` of the flows.
 */
export const balanceAmount = (payment: Payment): number =>
  payment.capturedAmount - payment.refundedAmount - payment.refundReservedAmount - payment.creditedAmount;

/** The failure code of a payment whose authorization the gateway released without a request of the shop. */
export const authorizationLost = 'authorization_lost';

/**
 * Whether the gateway released the authorization of an approved payment by itself: it lapsed, or was canceled there.
 * The payment may be one of 0.
 */
export const isLost = ({ status, amount, authorizedAmount, failureCode }: Payment): boolean =>
  status === 'CANCELED' && authorizedAmount === amount && failureCode === authorizationLost;

/** Whether the authorization was voided. Later events about it change nothing. */
export const isVoided = ({ status, authorizedAmount }: Payment): boolean =>
  status === 'CANCELED' && authorizedAmount > 0;
