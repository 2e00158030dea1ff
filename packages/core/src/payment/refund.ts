export const refundTransitions = {
  REQUESTED: ['SUBMITTED'],
  SUBMITTED: ['SUCCEEDED', 'FAILED', 'UNKNOWN'],
  UNKNOWN: ['SUCCEEDED', 'FAILED'],
  SUCCEEDED: [],
  FAILED: [],
} as const satisfies Record<string, readonly string[]>;

export type RefundStatus = keyof typeof refundTransitions;
export const refundStatuses = Object.keys(refundTransitions) as RefundStatus[];

/** VOID lets go of an authorization that was never captured; REFUND sends captured money back. */
export const refundKinds = ['VOID', 'REFUND'] as const;
export type RefundKind = (typeof refundKinds)[number];

export const refundReasons = ['surplus', 'order_canceled', 'amount_mismatch'] as const;
export type RefundReason = (typeof refundReasons)[number];

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
  createdAt: Date;
  updatedAt: Date;
};
