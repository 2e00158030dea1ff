import type { RouterOutputs } from '@commerce-core/client';

export type Event = RouterOutputs['event']['list']['items'][number];
export type EventType = Event['type'];

/** Every type of event, by what it is of. */
const byKind = {
  order: [
    'created',
    'paid',
    'canceled',
    'lines_canceled',
    'credit_returned',
    'expired',
    'fulfillment_changed',
    'updated',
    'noted',
    'redacted',
    'attention_raised',
    'attention_cleared',
  ],
  payment: [
    'created',
    'pending',
    'authorized',
    'captured',
    'capture_lowered',
    'failed',
    'canceled',
    'voided',
    'review_opened',
    'review_rejected',
  ],
  refund: ['requested', 'submitted', 'unknown', 'succeeded', 'failed'],
  dispute: ['opened', 'closed'],
  return: [
    'requested',
    'approved',
    'declined',
    'canceled',
    'received',
    'refunded',
    'replaced',
    'replacement_canceled',
    'exchanged',
    'credit_released',
    'credit_refunded',
    'closed',
  ],
  shipment: ['created', 'split', 'merged', 'dispatched', 'in_transit', 'delivered', 'canceled', 'lost', 'returned'],
  parcel: ['delivered', 'tracking_changed', 'corrected'],
  product: ['created', 'renamed', 'repriced', 'updated', 'archived'],
  stock: ['received', 'adjusted'],
  endpoint: ['failing', 'disabled'],
} as const satisfies { [Kind in KindOf<EventType>]: readonly NameOf<EventType, Kind>[] };

type KindOf<Type> = Type extends `${infer Kind}.${string}` ? Kind : never;
type NameOf<Type, Kind extends string> = Type extends `${Kind}.${infer Name}` ? Name : never;
type Listed = { [Kind in keyof typeof byKind]: `${Kind}.${(typeof byKind)[Kind][number]}` }[keyof typeof byKind];

// Does not compile while a type of event is missing above.
const all: readonly ([EventType] extends [Listed] ? EventType : never)[] = Object.entries(byKind).flatMap(
  ([kind, names]) => names.map((name) => `${kind}.${name}` as EventType),
);

export const eventTypes: readonly EventType[] = all;

export const isEventType = (text: string): text is EventType => eventTypes.some((type) => type === text);
