import type { OrderEventType } from '../events/payloads.ts';
import type { OrderStatus } from '../order/order.ts';
import type { PaymentStatus } from '../payment/payment.ts';
import type { RefundStatus } from '../refund/refund.ts';
import type { ReturnStatus } from '../returns/return.ts';
import type { ShipmentStatus } from '../shipping/shipment.ts';

type TypesOf<Subject extends string> = Extract<OrderEventType, `${Subject}.${string}`>;

/** The status that an order has after each of these events; every other event leaves the status as it is. */
export const orderStatusRecorded = {
  'order.created': 'CREATED',
  'payment.created': 'PAYMENT_PENDING',
  'payment.failed': 'PAYMENT_FAILED',
  'order.paid': 'PAID',
  'order.expired': 'EXPIRED',
  'order.canceled': 'CANCELED',
  'payment.review_rejected': 'PAYMENT_FAILED',
} as const satisfies Partial<Record<OrderEventType, OrderStatus>>;

/** The status that a payment has after each event about it. A lower capture leaves it as it is. */
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
} as const satisfies Record<Exclude<TypesOf<'payment'>, 'payment.capture_lowered'>, PaymentStatus>;

/** The status that a refund has after each event about it. */
export const refundStatusRecorded = {
  'refund.requested': 'REQUESTED',
  'refund.submitted': 'SUBMITTED',
  'refund.unknown': 'UNKNOWN',
  'refund.succeeded': 'SUCCEEDED',
  'refund.failed': 'FAILED',
} as const satisfies Record<TypesOf<'refund'>, RefundStatus>;

/**
 * The status that a return has after each event about it. A refund, a replacement and an exchange leave it as it is.
 */
export const returnStatusRecorded = {
  'return.requested': 'REQUESTED',
  'return.approved': 'APPROVED',
  'return.declined': 'DECLINED',
  'return.canceled': 'CANCELED',
  'return.received': 'RECEIVED',
  'return.closed': 'CLOSED',
} as const satisfies Record<Exclude<TypesOf<'return'>, SettlingReturn>, ReturnStatus>;

type SettlingReturn =
  | 'return.refunded'
  | 'return.replaced'
  | 'return.replacement_canceled'
  | 'return.exchanged'
  | 'return.credit_released'
  | 'return.credit_refunded';

/** The status that a shipment has after each event about it. A split and a merge leave it as it is. */
export const shipmentStatusRecorded = {
  'shipment.created': 'READY',
  'shipment.dispatched': 'SHIPPED',
  'shipment.in_transit': 'IN_TRANSIT',
  'shipment.delivered': 'DELIVERED',
  'shipment.canceled': 'CANCELED',
  'shipment.lost': 'LOST',
  'shipment.returned': 'RETURNED',
} as const satisfies Record<Exclude<TypesOf<'shipment'>, 'shipment.split' | 'shipment.merged'>, ShipmentStatus>;
