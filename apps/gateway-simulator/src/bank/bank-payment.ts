/** AUTOMATIC: an approval captures the money. MANUAL: an approval only authorizes it, and a call captures it. */
export type CaptureMode = 'AUTOMATIC' | 'MANUAL';

/**
 * WAITING: a virtual account waits for its deposit. FAILED: the payment was declined, but it can still be approved
 * later, because real gateways send late approvals too.
 */
export type PaymentState = 'CREATED' | 'WAITING' | 'AUTHORIZED' | 'CAPTURED' | 'FAILED' | 'CANCELED';

export type BankRefund = {
  /** The gateway's own id. */
  id: string;
  /** The shop's id. Null: the refund was made in the gateway's dashboard. */
  shopRefundId: string | null;
  amount: number;
  status: 'PENDING' | 'SUCCEEDED' | 'FAILED';
  failureCode: string | null;
  createdAt: Date;
};

export type BankDispute = {
  /** The gateway's own id. */
  id: string;
  amount: number;
  /** OPEN: the amount is withheld. WON: the shop gets the amount back. LOST: the shopper gets the amount. */
  status: 'OPEN' | 'WON' | 'LOST';
  createdAt: Date;
};

/** A payment as the gateway knows it. Amounts are minor units of `currency`. */
export type BankPayment = {
  /** The gateway's own id. */
  id: string;
  /** The shop's id of the payment. */
  shopPaymentId: string;
  provider: string;
  /** 1 for the first payment that the simulator created, counted over all providers. */
  ordinal: number;
  /** The hostile mode draws this payment's faults by this key. Defaults to the ordinal. */
  faultKey: string;
  requestedAmount: number;
  requestedCurrency: string;
  /** The currency that was charged. It differs from `requestedCurrency` only by the fault `wrong_currency`. */
  currency: string;
  method: string | null;
  capture: CaptureMode;
  state: PaymentState;
  /** The amount that the shopper was charged; 0 before an approval. */
  authorizedAmount: number;
  capturedAmount: number;
  /** The authorized amount that was released without a capture. */
  releasedAmount: number;
  /** The shop's id of the refund that released the authorization; null when no refund did. */
  releasedBy: string | null;
  refunds: BankRefund[];
  disputes: BankDispute[];
  failureCode: string | null;
  payableUntil: Date | null;
  createdAt: Date;
  /** When the state or a refund last changed. Disputes don't count. */
  changedAt: Date;
  approvedAt: Date | null;
  /** Whether a separate capture followed the approval. */
  capturedLater: boolean;
  /** Data that only the payment's emulator needs: metadata, an order's name. Small JSON. */
  details: Record<string, unknown>;
};

/** Returns the sum of the refunds that are PENDING or SUCCEEDED, in minor units. */
export const refundedAmount = ({ refunds }: BankPayment): number =>
  sum(refunds.filter(({ status }) => status !== 'FAILED'));

/** Returns the captured amount less refunds and less disputes that are open or lost, in minor units. */
export const refundableAmount = (payment: BankPayment): number =>
  payment.capturedAmount - refundedAmount(payment) - sum(payment.disputes.filter(({ status }) => status !== 'WON'));

const sum = (parts: { amount: number }[]): number => parts.reduce((total, { amount }) => total + amount, 0);

/** Why the bank refuses an operation. Each emulator maps a reason to its vendor's code. */
export type RefusalReason =
  | 'payment_exists'
  | 'already_waiting'
  | 'already_authorized'
  | 'already_captured'
  | 'already_canceled'
  | 'already_failed'
  | 'not_authorized'
  | 'not_captured'
  | 'not_payable_any_more'
  | 'invalid_amount'
  | 'amount_too_large'
  | 'refund_not_found'
  | 'refund_not_pending'
  | 'dispute_not_found'
  | 'dispute_closed';

/** Thrown when the bank refuses an operation. The operation changed nothing. */
export class BankRefusal extends Error {
  override readonly name = 'BankRefusal';
  readonly reason: RefusalReason;
  readonly payment: BankPayment;

  constructor(reason: RefusalReason, payment: BankPayment) {
    super(`${reason}: the payment is ${payment.state}`);
    this.reason = reason;
    this.payment = payment;
  }
}
