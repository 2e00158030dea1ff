import { transition } from '../transition.ts';

/**
 * The statuses that each status can change to. REQUESTED ends at once when the refund was made in the gateway's
 * dashboard. UNKNOWN → SUBMITTED: the gateway confirms that it has the refund. SUCCEEDED → FAILED: the bank returned
 * the money. FAILED → SUCCEEDED: a later poll shows that the refund was made.
 */
export const refundTransitions = {
  REQUESTED: ['SUBMITTED', 'SUCCEEDED', 'FAILED'],
  SUBMITTED: ['SUCCEEDED', 'FAILED', 'UNKNOWN'],
  UNKNOWN: ['SUBMITTED', 'SUCCEEDED', 'FAILED'],
  SUCCEEDED: ['FAILED'],
  FAILED: ['SUCCEEDED'],
} as const satisfies Record<string, readonly string[]>;

export type RefundStatus = keyof typeof refundTransitions;
// Object.keys returns strings, though the table has no other keys.
export const refundStatuses = Object.keys(refundTransitions) as RefundStatus[];

/**
 * VOID undoes a whole payment that isn't known to be captured: the gateway releases the authorization, or refunds the
 * payment if it has captured it. REFUND returns captured money, all or a part of it.
 */
export const refundKinds = ['VOID', 'REFUND'] as const;
export type RefundKind = (typeof refundKinds)[number];

/** `requested`: by an operator. `gateway`: made in the gateway's dashboard. The others are decided by this shop. */
export const refundReasons = ['surplus', 'order_canceled', 'amount_mismatch', 'requested', 'gateway'] as const;
export type RefundReason = (typeof refundReasons)[number];

/** The failure code of a refund that wasn't sent because one from the gateway's dashboard replaced it. */
export const madeAtGateway = 'made_at_gateway';
/** The failure code of a refund that wasn't sent because a dispute about the same money came first. */
export const disputeCame = 'dispute_open';
/** The failure codes of refunds that the shop withdrew before it sent them. */
export const withdrawnCodes = [madeAtGateway, disputeCame] as const;
export type WithdrawnCode = (typeof withdrawnCodes)[number];
const isWithdrawn = ({ failureCode }: Refund): boolean => withdrawnCodes.some((code) => code === failureCode);

/** What a refund of a return keeps back. `amount` is in minor units, above zero. */
export type RefundFee = { name: string; amount: number };

/** Money that is returned to the shopper. `amount` is in minor units of `currency`, the payment's at the gateway. */
export type Refund = {
  id: string;
  paymentId: string;
  orderId: string;
  kind: RefundKind;
  status: RefundStatus;
  amount: number;
  currency: string;
  reason: RefundReason;
  /** The gateway's own id of the refund, once it is known. */
  gatewayRefundId: string | null;
  /** The gateway's code for the failure. */
  failureCode: string | null;
  /** The return that the refund is for. */
  returnId: string | null;
  /** The fees that the amount is lower by; null when there are none. */
  fees: RefundFee[] | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Units of an order's line that are refunded. With `restock` they aren't shipped, and are for sale again. */
export type RefundLine = {
  refundId: string;
  orderId: string;
  lineNo: number;
  quantity: number;
  restock: boolean;
  /** What was paid for these units, in minor units; null in refunds of versions that didn't store it. */
  amount: number | null;
};

/** A refund that isn't over: its amount is reserved. */
export const openRefundStatuses = ['REQUESTED', 'SUBMITTED', 'UNKNOWN'] as const satisfies RefundStatus[];
const open: readonly RefundStatus[] = openRefundStatuses;
export const isOpen = ({ status }: Refund): boolean => open.includes(status);

/** Whether this shop decided on the refund by itself, because the order can't use the money. */
export const isOwed = ({ reason }: Refund): boolean => reason !== 'requested' && reason !== 'gateway';

/** After so many failed refunds of one payment, the shop requests no further one by itself, and the doctor finds it. */
export const refundFailuresMax = 3;

/** Whether the gateway has refused or returned so many refunds of a payment that only an operator can go on. */
export const hasFailedTooOften = (refunds: readonly Refund[], paymentId: string): boolean =>
  refunds.filter((one) => one.paymentId === paymentId && one.status === 'FAILED' && !isWithdrawn(one)).length >=
  refundFailuresMax;

/** The refund in its new status. @throws invalid_transition when it can't change so */
export function transitionRefund(refund: Refund, to: RefundStatus, now: Date): Refund {
  return transition('refund', refundTransitions, refund, to, now);
}
