export const disputeStatuses = ['OPEN', 'WON', 'LOST'] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/** A shopper's bank contests a payment. `amount` in minor units of `currency`; WON is the shop's. */
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
