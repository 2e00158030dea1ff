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

/** The money of a payment: `capturedAmount` is in minor units of `currency`. */
type Disputed = { id: string; currency: string; capturedAmount: number };

/**
 * What disputes with one of these statuses are about, in minor units of the payment's currency. A dispute in another
 * currency is about the whole payment, because its amount can't be compared.
 */
export const disputedAmount = (
  disputes: readonly Dispute[],
  { id, currency, capturedAmount }: Disputed,
  statuses: readonly DisputeStatus[],
): number =>
  disputes
    .filter(({ paymentId, status }) => paymentId === id && statuses.includes(status))
    .reduce((sum, dispute) => sum + (dispute.currency === currency ? dispute.amount : capturedAmount), 0);
