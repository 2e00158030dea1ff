import { disputedAmount, type Dispute } from '../../dispute/dispute.ts';
import { CommerceError } from '../../errors.ts';
import { balanceAmount, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/** `despiteDispute`: an operator refunds although the shopper's bank may take the same money. */
export type RefundDecision = { despiteDispute?: boolean | undefined };

/**
 * The amount of a payment that can be refunded, in minor units. This is the one rule about disputed money: what a LOST
 * dispute has taken is gone, and what an OPEN one may take is refunded only when an operator decides so. Every decision
 * on a refund asks here; what a gateway reports is counted by the payment's balance alone. The order is locked with its
 * disputes.
 */
export function refundableAmount(
  { disputes }: LockedOrder,
  payment: Payment,
  { despiteDispute = false }: RefundDecision = {},
): number {
  const held = disputedAmount(disputes, payment, despiteDispute ? ['LOST'] : ['LOST', 'OPEN']);
  return Math.max(balanceAmount(payment) - held, 0);
}

/** By how much a payment's refunds and disputes together are more than its captured money, in minor units. */
export const overdraft = ({ disputes }: LockedOrder, payment: Payment): number =>
  Math.max(disputedAmount(disputes, payment, ['LOST', 'OPEN']) - balanceAmount(payment), 0);

/** A dispute about a payment that is OPEN. */
export const openDisputeOf = ({ disputes }: LockedOrder, { id }: Payment): Dispute | undefined =>
  disputes.find(({ paymentId, status }) => paymentId === id && status === 'OPEN');

/** A dispute by which the shopper's bank has taken money of a payment, or may take it. */
export const contestOf = ({ disputes }: LockedOrder, { id }: Payment): Dispute | undefined =>
  disputes.find(({ paymentId, status }) => paymentId === id && status !== 'WON');

/** Refuses a refund of money that an open dispute holds. */
export const disputeOpen = ({ gatewayDisputeId }: Dispute): CommerceError =>
  new CommerceError(
    'dispute_open',
    "the shopper's bank may take the same money: wait for its decision, or refund despite the dispute",
    { gatewayDisputeId },
  );
