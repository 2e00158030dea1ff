/** AUTOMATIC: an approval takes the money. MANUAL: it is authorized, and captured by a call. */
export type CaptureMode = 'AUTOMATIC' | 'MANUAL';

/** WAITING is a virtual account that waits for its deposit. FAILED may still be approved: late, as gateways do it. */
export type PaymentState = 'CREATED' | 'WAITING' | 'AUTHORIZED' | 'CAPTURED' | 'FAILED' | 'CANCELED';

export type BankRefund = {
  /** The gateway's own id. */
  id: string;
  /** The shop's id; null for one made in the dashboard. */
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
  /** While it is OPEN its amount is withheld; WON gives it back to the shop, LOST to the shopper. */
  status: 'OPEN' | 'WON' | 'LOST';
  createdAt: Date;
};

/** A payment as the gateway knows it. Amounts in minor units of `currency`. */
export type BankPayment = {
  /** The gateway's own id. */
  id: string;
  /** The shop's id of the payment. */
  shopPaymentId: string;
  provider: string;
  /** Its number in the order in which payments came to be known here, over all providers. */
  ordinal: number;
  /** What the hostile mode draws its faults by: its ordinal, unless the shopper named something that time can't change. */
  luck: string;
  askedAmount: number;
  askedCurrency: string;
  /** What was really charged in: another one than asked only where the gateway gets it wrong. */
  currency: string;
  method: string | null;
  capture: CaptureMode;
  state: PaymentState;
  /** What the shopper was really charged, or 0. */
  authorizedAmount: number;
  capturedAmount: number;
  /** Of what was authorized, what was let go uncaptured. */
  releasedAmount: number;
  /** The shop's id of the refund by which it was let go, if it came as one. */
  releasedBy: string | null;
  refunds: BankRefund[];
  disputes: BankDispute[];
  failureCode: string | null;
  payableUntil: Date | null;
  createdAt: Date;
  /** When its state, or what goes back of it, last changed; disputes don't count. */
  changedAt: Date;
  approvedAt: Date | null;
  /** Whether the capture came after the approval, as a step of its own. */
  capturedLater: boolean;
  /** What only its dialect needs to remember: metadata, an order's name. JSON, and small. */
  details: Record<string, unknown>;
};

/** What went back or is on its way back, by refunds that have not failed. */
export const refundedAmount = ({ refunds }: BankPayment): number =>
  sum(refunds.filter(({ status }) => status !== 'FAILED'));

/** What can still go back: of what was captured, what neither a refund nor a dispute has taken. */
export const refundableAmount = (payment: BankPayment): number =>
  payment.capturedAmount - refundedAmount(payment) - sum(payment.disputes.filter(({ status }) => status !== 'WON'));

const sum = (parts: { amount: number }[]): number => parts.reduce((total, { amount }) => total + amount, 0);

/** Why the gateway refuses; every dialect has its own code for each. */
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

/** The gateway's definite no: nothing was changed. */
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
