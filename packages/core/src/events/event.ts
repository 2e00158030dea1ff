import { newId } from '../ids.ts';

export const aggregateTypes = ['order', 'product'] as const;
export type AggregateType = (typeof aggregateTypes)[number];

/** Facts told to others, by aggregate, in the past tense. Payment, refund and shipment facts belong to their order. */
export const eventTypes = {
  order: [
    'order.created',
    'order.paid',
    'order.canceled',
    'order.expired',
    'order.fulfillment_changed',
    'order.attention_raised',
    'order.attention_cleared',
    'payment.created',
    'payment.pending',
    'payment.authorized',
    'payment.captured',
    'payment.failed',
    'payment.canceled',
    'payment.voided',
    'payment.review_opened',
    'payment.review_rejected',
    'refund.requested',
    'refund.submitted',
    'refund.unknown',
    'refund.succeeded',
    'refund.failed',
    'dispute.opened',
    'dispute.closed',
    'shipment.created',
    'shipment.dispatched',
    'shipment.in_transit',
    'shipment.delivered',
    'shipment.canceled',
  ],
  product: [
    'product.created',
    'product.renamed',
    'product.repriced',
    'product.archived',
    'stock.received',
    'stock.adjusted',
  ],
} as const satisfies Record<AggregateType, readonly string[]>;

export type OrderEventType = (typeof eventTypes)['order'][number];
export type ProductEventType = (typeof eventTypes)['product'][number];
export type EventType = OrderEventType | ProductEventType;

export type Event = {
  id: string;
  aggregatetype: AggregateType;
  aggregateid: string;
  version: number;
  type: EventType;
  payload: Record<string, unknown>;
  createdAt: Date;
};

export type EventOf<A extends AggregateType> = {
  aggregatetype: A;
  aggregateid: string;
  version: number;
  type: (typeof eventTypes)[A][number];
  payload: Record<string, unknown>;
};

/** A fact with an id of its own. Ids minted later in one process sort later, so a transaction's facts keep their order. */
export function newEvent<A extends AggregateType>(fact: EventOf<A>, now: Date): Event {
  return { id: newId(), ...fact, createdAt: now };
}
