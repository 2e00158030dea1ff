import { CommerceError, invalidTransition } from '../errors.ts';
import { multiplyAmount, sumAmounts } from '../money.ts';

/** Who may become what. Read by code, tests, the doctor and docs/state-machines.md alike. */
export const orderTransitions = {
  CREATED: ['PAYMENT_PENDING', 'CANCELED', 'EXPIRED'],
  PAYMENT_PENDING: ['PAID', 'PAYMENT_FAILED', 'CANCELED', 'EXPIRED'],
  PAYMENT_FAILED: ['PAYMENT_PENDING', 'PAID', 'CANCELED', 'EXPIRED'],
  PAID: ['CANCELED'],
  EXPIRED: ['PAID'],
  CANCELED: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderStatus = keyof typeof orderTransitions;
export const orderStatuses = Object.keys(orderTransitions) as OrderStatus[];

/** The statuses in which an order waits for its money, and which a passed `hold_until` ends. */
export const unpaidStatuses = ['CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED'] as const satisfies OrderStatus[];

/** What an order's status says of its hold on stock. A CHECK holds the pair together. */
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

/** Why a person should look at an order, the most urgent first. */
export const attentionReasons = [
  'refund_failed',
  'dispute',
  'authorization_lost',
  'refunded_at_gateway',
  'amount_mismatch',
  'event_conflict',
  // These the fact that is waited for settles by itself.
  'capture_failed',
  'gateway_silent',
  'refund_due',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** The order with one more or one less reason for a person to look at it. */
export function withAttention(
  order: Order,
  { raise, clear }: { raise?: AttentionReason; clear?: AttentionReason },
): Order {
  const had: readonly (AttentionReason | undefined)[] = order.attentionReasons ?? [];
  const reasons = attentionReasons.filter((reason) => reason !== clear && (reason === raise || had.includes(reason)));
  return { ...order, needsAttention: reasons[0] ?? null, attentionReasons: reasons.length > 0 ? reasons : null };
}

export const lineKinds = ['PRODUCT', 'SHIPPING', 'DISCOUNT', 'TAX'] as const;
export type LineKind = (typeof lineKinds)[number];

/** Amounts in minor units of `currency`. */
export type Order = {
  id: string;
  customerId: string;
  status: OrderStatus;
  fulfillmentStatus: FulfillmentStatus;
  reservationStatus: ReservationStatus;
  reservedUntil: Date;
  currency: string;
  totalAmount: number;
  contact: Contact | null;
  shippingAddress: Address | null;
  reference: string | null;
  metadata: Record<string, unknown> | null;
  /** The most urgent reason for a person to look at it. */
  needsAttention: AttentionReason | null;
  /** All of them, the most urgent first; null when there is none. */
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
  city: string;
  region?: string | undefined;
  postalCode: string;
  country: string;
  phone?: string | undefined;
};

/** A line as it was when the order was placed; `productId` on PRODUCT lines alone. */
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
};

/** What an embedder's `quote` may add to an order: shipping, discount (not above zero) and tax, never a product. */
export type QuoteLine = { kind: Exclude<LineKind, 'PRODUCT'>; name: string; quantity: number; unitAmount: number };

export type QuotedOrder = {
  customerId: string;
  currency: string;
  lines: readonly OrderLine[];
  shippingAddress: Address | null;
  metadata: Record<string, unknown> | null;
};

/** Prices what is not a product. Runs inside the transaction, so it answers at once: no promise, no network. */
export type Quote = (order: QuotedOrder) => QuoteLine[];

export type Priced = { id: string; sku: string; name: string; priceAmount: number; currency: string };

/** PRODUCT lines with the snapshot of each product, in the order first asked for. @throws amount_too_large */
export function productLines(
  orderId: string,
  demand: ReadonlyMap<string, number>,
  products: ReadonlyMap<string, Priced>,
) {
  return [...demand].map(([productId, quantity], index): OrderLine => {
    const product = products.get(productId);
    if (!product) throw new CommerceError('product_not_found', 'no such product', { productIds: [productId] });
    const { sku, name, priceAmount } = product;
    return {
      orderId,
      lineNo: index + 1,
      kind: 'PRODUCT',
      productId,
      sku,
      name,
      quantity,
      unitAmount: priceAmount,
      amount: multiplyAmount(priceAmount, quantity),
    };
  });
}

/** The quote's lines, numbered after the products'. @throws amount_too_large */
export function quotedLines(orderId: string, quoted: readonly QuoteLine[], firstNo: number): OrderLine[] {
  return quoted.map(({ kind, name, quantity, unitAmount }, index) => ({
    orderId,
    lineNo: firstNo + index,
    kind,
    productId: null,
    sku: null,
    name,
    quantity,
    unitAmount,
    amount: multiplyAmount(unitAmount, quantity),
  }));
}

/** Σ lines in minor units. @throws validation_failed when discounts exceed the rest */
export function orderTotal(lines: readonly OrderLine[]): number {
  const total = sumAmounts(lines.map((line) => line.amount));
  if (total >= 0) return total;
  const message = 'the discounts exceed what the order costs';
  throw new CommerceError('validation_failed', message, { issues: [{ path: 'lines', message }] });
}

/** Units asked for by product; the same product twice is the sum. */
export function sumByProduct(lines: readonly { productId: string; quantity: number }[]): Map<string, number> {
  const demand = new Map<string, number>();
  for (const { productId, quantity } of lines) demand.set(productId, (demand.get(productId) ?? 0) + quantity);
  return demand;
}

export const canTransition = (from: OrderStatus, to: OrderStatus): boolean =>
  (orderTransitions[from] as readonly OrderStatus[]).includes(to);

/** The order in its new status, its hold on stock following. @throws invalid_transition */
export function transitionOrder(order: Order, to: OrderStatus, now: Date): Order {
  if (!canTransition(order.status, to)) throw invalidTransition('order', order.status, to);
  return { ...order, status: to, reservationStatus: reservationOf[to], updatedAt: now };
}
