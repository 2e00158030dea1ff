export const disputeStatuses = ['OPEN', 'WON', 'LOST'] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/**
 * A payment that the shopper's bank contests. `amount` is in minor units of `currency`. WON: the shop keeps the money.
 */
export type Dispute = {
  id: string;
  paymentId: string;
  orderId: string;
  gatewayDisputeId: string;
  status: DisputeStatus;
  amount: number;
  currency: string;
  createdAt: Date;
  updatedAt: Date;
};
