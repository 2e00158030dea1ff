import { invalidTransition } from '../errors.ts';

/**
 * Who may become what. REQUESTED ends at once where the gateway did it by itself, or where what it was for has gone back
 * already. UNKNOWN → SUBMITTED: the gateway says that it has it. SUCCEEDED → FAILED: the bank sent it back. FAILED →
 * SUCCEEDED: the gateway says so when it is asked again.
 */
export const refundTransitions = {
  REQUESTED: ['SUBMITTED', 'SUCCEEDED', 'FAILED'],
  SUBMITTED: ['SUCCEEDED', 'FAILED', 'UNKNOWN'],
  UNKNOWN: ['SUBMITTED', 'SUCCEEDED', 'FAILED'],
  SUCCEEDED: ['FAILED'],
  FAILED: ['SUCCEEDED'],
} as const satisfies Record<string, readonly string[]>;

export type RefundStatus = keyof typeof refundTransitions;
export const refundStatuses = Object.keys(refundTransitions) as RefundStatus[];

/**
 * VOID undoes a payment in whole whose money we don't know to be captured: by letting go of the authorization, or by a
 * refund where the gateway has captured it meanwhile. REFUND sends captured money back, in whole or in part.
 */
export const refundKinds = ['VOID', 'REFUND'] as const;
export type RefundKind = (typeof refundKinds)[number];

/** `requested` by an operator; `gateway`: made there, in its dashboard. */
export const refundReasons = ['surplus', 'order_canceled', 'amount_mismatch', 'requested', 'gateway'] as const;
export type RefundReason = (typeof refundReasons)[number];

/** The failure code of a refund that wasn't sent: one that was made in the gateway's dashboard took its place. */
export const madeAtGateway = 'made_at_gateway';

/** Money on its way back; `amount` in minor units of `currency`, as the gateway took it. */
export type Refund = {
  id: string;
  paymentId: string;
  orderId: string;
  kind: RefundKind;
  status: RefundStatus;
  amount: number;
  currency: string;
  reason: RefundReason;
  /** The gateway's own id of it, once we know. */
  gatewayRefundId: string | null;
  /** Why it FAILED, in the gateway's words. */
  failureCode: string | null;
  createdAt: Date;
  updatedAt: Date;
};

/** Units of an order's line that a refund is for. With `restock` they won't be shipped, and are for sale again. */
export type RefundLine = { refundId: string; orderId: string; lineNo: number; quantity: number; restock: boolean };

/** On its way: its amount is reserved. */
export const openRefundStatuses = ['REQUESTED', 'SUBMITTED', 'UNKNOWN'] as const satisfies RefundStatus[];
export const isOpen = ({ status }: Refund): boolean => (openRefundStatuses as readonly RefundStatus[]).includes(status);

/** Nobody asked for it: the money came, or stayed, for an order that can't take it. */
export const isOwed = ({ reason }: Refund): boolean => reason !== 'requested' && reason !== 'gateway';

/** The refund in its new status. @throws invalid_transition */
export function transitionRefund(refund: Refund, to: RefundStatus, now: Date): Refund {
  if (!(refundTransitions[refund.status] as readonly RefundStatus[]).includes(to)) {
    throw invalidTransition('refund', refund.status, to);
  }
  return { ...refund, status: to, updatedAt: now };
}
