import type { OrderEventType } from '../events/payloads.ts';
import type { OrderStatus } from '../order/order.ts';
import type { PaymentStatus } from '../payment/payment.ts';
import type { RefundStatus } from '../refund/refund.ts';
import type { ShipmentStatus } from '../shipping/shipment.ts';

type TypesOf<Subject extends string> = Extract<OrderEventType, `${Subject}.${string}`>;

/** The one event that takes an order into each status; after any other event it is what it was before. */
export const orderStatusRecorded = {
  'order.created': 'CREATED',
  'payment.created': 'PAYMENT_PENDING',
  'payment.failed': 'PAYMENT_FAILED',
  'order.paid': 'PAID',
  'order.expired': 'EXPIRED',
  'order.canceled': 'CANCELED',
  'payment.review_rejected': 'PAYMENT_FAILED',
} as const satisfies Partial<Record<OrderEventType, OrderStatus>>;

/** What a payment is after each event about it. */
export const paymentStatusRecorded = {
  'payment.created': 'CREATED',
  'payment.pending': 'PENDING',
  'payment.authorized': 'AUTHORIZED',
  'payment.captured': 'CAPTURED',
  'payment.failed': 'FAILED',
  'payment.canceled': 'CANCELED',
  'payment.voided': 'CANCELED',
  'payment.review_rejected': 'CANCELED',
  'payment.review_opened': 'REVIEW',
} as const satisfies Record<TypesOf<'payment'>, PaymentStatus>;

/** What a refund is after each event about it. */
export const refundStatusRecorded = {
  'refund.requested': 'REQUESTED',
  'refund.submitted': 'SUBMITTED',
  'refund.unknown': 'UNKNOWN',
  'refund.succeeded': 'SUCCEEDED',
  'refund.failed': 'FAILED',
} as const satisfies Record<TypesOf<'refund'>, RefundStatus>;

/** What a shipment is after each event about it. */
export const shipmentStatusRecorded = {
  'shipment.created': 'READY',
  'shipment.dispatched': 'SHIPPED',
  'shipment.in_transit': 'IN_TRANSIT',
  'shipment.delivered': 'DELIVERED',
  'shipment.canceled': 'CANCELED',
} as const satisfies Record<TypesOf<'shipment'>, ShipmentStatus>;
