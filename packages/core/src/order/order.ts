import { CommerceError } from '../errors.ts';
import { transition } from '../transition.ts';

/** The longest note about an order, in characters. */
export const noteLengthMax = 2_000;

/** The statuses that each status can change to. Code, tests, the doctor and docs/state-machines.md read this table. */
export const orderTransitions = {
  CREATED: ['PAYMENT_PENDING', 'CANCELED', 'EXPIRED'],
  PAYMENT_PENDING: ['PAID', 'PAYMENT_FAILED', 'CANCELED', 'EXPIRED'],
  PAYMENT_FAILED: ['PAYMENT_PENDING', 'PAID', 'CANCELED', 'EXPIRED'],
  PAID: ['CANCELED'],
  EXPIRED: ['PAID'],
  CANCELED: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderStatus = keyof typeof orderTransitions;
// Object.keys returns strings, though the table has no other keys.
export const orderStatuses = Object.keys(orderTransitions) as OrderStatus[];

/** The statuses of an unpaid order, which expires when `reservedUntil` has passed. */
export const unpaidStatuses = ['CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED'] as const satisfies OrderStatus[];

/** The status of the stock reservation in each status of the order. A CHECK enforces the pairs. */
export const reservationOf = {
  CREATED: 'HELD',
  PAYMENT_PENDING: 'HELD',
  PAYMENT_FAILED: 'RELEASED',
  PAID: 'COMMITTED',
  EXPIRED: 'RELEASED',
  CANCELED: 'RELEASED',
} as const satisfies Record<OrderStatus, string>;

export const reservationStatuses = ['HELD', 'COMMITTED', 'RELEASED'] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];

export const fulfillmentStatuses = [
  'UNFULFILLED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_DELIVERED',
  'DELIVERED',
  'PARTIALLY_RETURNED',
  'RETURNED',
] as const;
export type FulfillmentStatus = (typeof fulfillmentStatuses)[number];

/** Why an order needs an operator's attention, the most urgent reason first. */
export const attentionReasons = [
  'refund_failed',
  'dispute',
  'authorization_lost',
  'refunded_at_gateway',
  'amount_mismatch',
  'event_conflict',
  'delivery_problem',
  // Cleared when the return is refunded or closed.
  'return_refund_due',
  // The reasons below are cleared by a later message or call of a gateway or carrier.
  'parcel_problem',
  'authorization_lapsing',
  'capture_overdue',
  'capture_failed',
  'gateway_silent',
  'refund_due',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** The order with a reason for attention added or removed. */
export function withAttention(
  order: Order,
  { raise, clear }: { raise?: AttentionReason; clear?: AttentionReason },
): Order {
  const had = order.attentionReasons ?? [];
  const reasons = attentionReasons.filter((reason) => reason !== clear && (reason === raise || had.includes(reason)));
  return { ...order, needsAttention: reasons[0] ?? null, attentionReasons: reasons.length > 0 ? reasons : null };
}

/**
 * CREDIT: what a return of another order pays of this one. It is no discount: what the other lines cost stays the same.
 */
export const lineKinds = ['PRODUCT', 'SHIPPING', 'DISCOUNT', 'TAX', 'CREDIT'] as const;
export type LineKind = (typeof lineKinds)[number];

/** Whether a return of another order pays for a part of an order, or for all of it. */
export const hasCredit = ({ lines }: { lines: readonly Pick<OrderLine, 'kind'>[] }): boolean =>
  lines.some(({ kind }) => kind === 'CREDIT');

/** Amounts in minor units of `currency`. */
export type Order = {
  id: string;
  /** What people call the order, such as `4F7K-29QD`. */
  number: string;
  customerId: string;
  status: OrderStatus;
  fulfillmentStatus: FulfillmentStatus;
  reservationStatus: ReservationStatus;
  reservedUntil: Date;
  currency: string;
  totalAmount: number;
  /** The shipping option that the shopper chose. */
  shippingOptionId: string | null;
  contact: Contact | null;
  shippingAddress: Address | null;
  reference: string | null;
  metadata: Record<string, unknown> | null;
  /** When the contact and the address were erased: nothing can be sent any more. */
  redactedAt: Date | null;
  /** The most urgent reason for an operator's attention. */
  needsAttention: AttentionReason | null;
  /** All reasons, the most urgent first; null when there is none. */
  attentionReasons: AttentionReason[] | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
};

export type Contact = { name?: string | undefined; email?: string | undefined; phone?: string | undefined };
export type Address = {
  name: string;
  line1: string;
  line2?: string | undefined;
  city?: string | undefined;
  region?: string | undefined;
  postalCode?: string | undefined;
  country: string;
  phone?: string | undefined;
};

/** A line with the product's name and price from when the order was placed. Only PRODUCT lines have a `productId`. */
export type OrderLine = {
  orderId: string;
  lineNo: number;
  kind: LineKind;
  productId: string | null;
  sku: string | null;
  name: string;
  quantity: number;
  unitAmount: number;
  amount: number;
  /**
   * This line's share of the order's discounts, zero or below, and of its taxes, zero or above. A DISCOUNT or TAX line
   * has zero. Null in orders of versions that didn't store shares.
   */
  discountAmount: number | null;
  taxAmount: number | null;
} & GivenUpUnits;

/** Units of a line that the order no longer has, or that nothing is charged for any more. */
export type GivenUpUnits = {
  /**
   * Units that were canceled one by one, before they shipped. An order that is CANCELED as a whole counts none here.
   */
  canceledQty: number;
  /**
   * Units whose money is not captured, or went back without a refund of this line, and what was paid for them in minor
   * units. Refunds by lines count from there on.
   */
  releasedQty: number;
  releasedAmount: number;
};

/** What a new line has. */
export const nothingGivenUp: GivenUpUnits = { canceledQty: 0, releasedQty: 0, releasedAmount: 0 };

/**
 * An order line as callers see it. `paidAmount` is what all units of a PRODUCT or SHIPPING line cost in the end: its
 * amount with both shares. DISCOUNT and TAX lines are parts of the others and have zero, and a CREDIT line has its own
 * amount, so that all lines' `paidAmount` add up to the order's total.
 */
export type OrderLineView = OrderLine & { discountAmount: number; taxAmount: number; paidAmount: number };

/** Whether a shopper pays for a line of this kind. Discounts and taxes are parts of what these lines cost. */
export const isCharged = ({ kind }: { kind: LineKind }): boolean => kind === 'PRODUCT' || kind === 'SHIPPING';

/** Whether nothing of an order has left: it waits for its payment, or is paid and unfulfilled. */
export const isBeforeDispatch = ({ status, fulfillmentStatus }: Order): boolean =>
  (status === 'PAID' && fulfillmentStatus === 'UNFULFILLED') || unpaidStatuses.some((unpaid) => unpaid === status);

/**
 * Refuses what would send goods of an order whose contact and address were erased.
 * @throws order_redacted
 */
export function requireRecipient({ redactedAt }: Order): void {
  if (redactedAt === null) return;
  const message = 'the contact and address of the order were erased, so nothing can be sent';
  throw new CommerceError('order_redacted', message, { redactedAt: redactedAt.toISOString() });
}

/** Whether nothing is left to do for an order: it was canceled, has expired, or all of it was delivered or returned. */
export const isOver = ({ status, fulfillmentStatus }: Order): boolean =>
  status === 'CANCELED' ||
  status === 'EXPIRED' ||
  fulfillmentStatus === 'DELIVERED' ||
  fulfillmentStatus === 'PARTIALLY_RETURNED' ||
  fulfillmentStatus === 'RETURNED';

export function canTransition(from: OrderStatus, to: OrderStatus): boolean {
  const targets: readonly OrderStatus[] = orderTransitions[from];
  return targets.includes(to);
}

/**
 * The order in its new status, with the reservation status that follows.
 * @throws invalid_transition when it can't change so
 */
export function transitionOrder(order: Order, to: OrderStatus, now: Date): Order {
  return { ...transition('order', orderTransitions, order, to, now), reservationStatus: reservationOf[to] };
}
