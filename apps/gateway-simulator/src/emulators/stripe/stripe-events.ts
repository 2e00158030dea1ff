import type { Change } from '../../bank/change.ts';
import { chargeObject, disputeObject, intentObject, refundObject, releaseObject } from './stripe-objects.ts';

type EventObject = [type: string, object: object];

/**
 * Returns the type and object of each Stripe event about a change, in the order of sending. The endpoint listens to
 * payment intents, refunds and disputes. https://docs.stripe.com/api/events/types
 */
export function stripeEventObjects(change: Change): EventObject[] {
  const { type, payment } = change;
  switch (type) {
    case 'CREATED':
      return [];
    case 'PENDING':
      return [['payment_intent.requires_action', intentObject(payment)]];
    case 'AUTHORIZED':
      return [['payment_intent.amount_capturable_updated', intentObject(payment)]];
    case 'CAPTURED':
      return [['payment_intent.succeeded', intentObject(payment)], ...releaseEvents(change)];
    case 'FAILED':
    case 'ATTEMPT_FAILED':
      return [['payment_intent.payment_failed', intentObject(payment)]];
    case 'CANCELED':
      return [['payment_intent.canceled', intentObject(payment)], ...releaseEvents(change)];
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED':
      return refundEvents(change, type);
    case 'DISPUTE_OPENED':
      return disputeEvents(change, ['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return disputeEvents(change, ['charge.dispute.closed']);
  }
}

function releaseEvents({ payment }: Change): EventObject[] {
  if (payment.releasedAmount === 0) return [];
  return [
    ['refund.created', releaseObject(payment)],
    ['charge.refunded', chargeObject(payment)],
  ];
}

const refundEventTypes = { REFUND_PENDING: 'refund.created', REFUNDED: 'refund.updated' } as const;

function refundEvents(
  { payment, refund }: Change,
  type: 'REFUND_PENDING' | 'REFUNDED' | 'REFUND_FAILED',
): EventObject[] {
  if (!refund) return [];
  const refunded = refundObject(payment, refund);
  if (type === 'REFUND_FAILED')
    return [
      ['refund.failed', refunded],
      ['charge.refund.updated', refunded],
    ];
  return [
    [refundEventTypes[type], refunded],
    ['charge.refunded', chargeObject(payment)],
  ];
}

function disputeEvents({ payment, dispute }: Change, types: string[]): EventObject[] {
  if (!dispute) return [];
  const disputed = disputeObject(payment, dispute);
  return types.map((type) => [type, disputed]);
}
