import { z } from 'zod';
import { disputeStatuses } from '../dispute/dispute.ts';
import {
  attentionReasons,
  fulfillmentStatuses,
  lineKinds,
  orderStatuses,
  reservationStatuses,
} from '../order/order.ts';
import { refundKinds, refundReasons } from '../refund/refund.ts';
import { disabledReasons } from '../webhooks/webhook-endpoint.ts';

// The payload of every event as it is stored and delivered. Amounts are integer minor units of `currency`.
const id = z.guid();
const amount = z.int().min(0);
const currency = z.string().length(3);
const quantity = z.int().min(1);
const instant = z.iso.datetime();

/** What every event of an order holds: the order's state after the event. */
const orderState = {
  orderId: id,
  orderStatus: z.enum(orderStatuses),
  fulfillmentStatus: z.enum(fulfillmentStatuses),
  reservationStatus: z.enum(reservationStatuses),
};
/** What every event of a product holds. */
const productState = { productId: id };

const orderEvent = <F extends z.ZodRawShape>(facts: F) => z.strictObject({ ...orderState, ...facts });
const productEvent = <F extends z.ZodRawShape>(facts: F) => z.strictObject({ ...productState, ...facts });

const attention = { reason: z.enum(attentionReasons) };
/** `surplus` marks money that the order can't use; `accepted` an amount that an operator accepted. */
const approval = {
  paymentId: id,
  amount,
  currency,
  surplus: z.literal(true).optional(),
  accepted: z.literal(true).optional(),
};
const refund = { refundId: id, paymentId: id };
const refundAmount = { ...refund, kind: z.enum(refundKinds), amount, currency };
const dispute = {
  paymentId: id,
  gatewayDisputeId: z.string(),
  status: z.enum(disputeStatuses),
  amount,
  currency,
};
const parcel = { shipmentId: id, carrier: z.string().nullable(), trackingNumber: z.string().nullable() };
const lineQuantity = { lineNo: z.int().min(1), quantity };
const stockChange = { quantity: z.int(), availableQty: z.int().min(0), reason: z.string().nullable() };

/**
 * The events of an order by type, in the past tense. Events of its payments, refunds, disputes and shipments are events
 * of the order.
 */
export const orderEventPayloads = {
  'order.created': orderEvent({
    customerId: z.string(),
    currency,
    totalAmount: amount,
    reservedUntil: instant,
    lines: z.array(
      z.strictObject({
        ...lineQuantity,
        kind: z.enum(lineKinds),
        productId: id.nullable(),
        // Below zero for a discount.
        unitAmount: z.int(),
      }),
    ),
  }),
  'order.paid': orderEvent({ paymentId: id, totalAmount: amount, currency }),
  'order.canceled': orderEvent({ from: z.enum(orderStatuses) }),
  'order.expired': orderEvent({ from: z.enum(orderStatuses) }),
  'order.fulfillment_changed': orderEvent({ refundId: id }),
  'order.attention_raised': orderEvent(attention),
  'order.attention_cleared': orderEvent(attention),
  'payment.created': orderEvent({ paymentId: id, provider: z.string(), amount, currency, reservedUntil: instant }),
  'payment.pending': orderEvent({ paymentId: id, reservedUntil: instant }),
  'payment.authorized': orderEvent(approval),
  'payment.captured': orderEvent(approval),
  'payment.failed': orderEvent({ paymentId: id, failureCode: z.string() }),
  'payment.canceled': orderEvent({ paymentId: id }),
  'payment.voided': orderEvent({ paymentId: id }),
  'payment.review_opened': orderEvent({
    paymentId: id,
    amount,
    currency,
    reportedAmount: amount,
    reportedCurrency: currency,
    reportedCaptured: z.boolean(),
    reservedUntil: instant,
  }),
  'payment.review_rejected': orderEvent({ paymentId: id }),
  'refund.requested': orderEvent({
    ...refundAmount,
    reason: z.enum(refundReasons),
    lines: z.array(z.strictObject({ ...lineQuantity, restock: z.boolean() })).optional(),
  }),
  'refund.submitted': orderEvent(refund),
  'refund.unknown': orderEvent(refund),
  'refund.succeeded': orderEvent(refundAmount),
  'refund.failed': orderEvent({ ...refundAmount, failureCode: z.string() }),
  'dispute.opened': orderEvent(dispute),
  'dispute.closed': orderEvent(dispute),
  'shipment.created': orderEvent({ shipmentId: id, lines: z.array(z.strictObject(lineQuantity)) }),
  'shipment.dispatched': orderEvent(parcel),
  'shipment.in_transit': orderEvent(parcel),
  'shipment.delivered': orderEvent(parcel),
  'shipment.canceled': orderEvent({ shipmentId: id }),
};

/** The events of a product by type, in the past tense. Events of its stock are events of the product. */
export const productEventPayloads = {
  'product.created': productEvent({ sku: z.string(), name: z.string(), priceAmount: amount, currency }),
  'product.renamed': productEvent({ from: z.string(), name: z.string() }),
  'product.repriced': productEvent({ from: amount, priceAmount: amount, currency }),
  'product.archived': productEvent({}),
  'stock.received': productEvent(stockChange),
  'stock.adjusted': productEvent(stockChange),
};

/** The events of a merchant's webhook endpoint by type. `since` is the first failure after the last success. */
export const endpointEventPayloads = {
  'endpoint.failing': z.strictObject({ endpointId: id, since: instant }),
  'endpoint.disabled': z.strictObject({ endpointId: id, reason: z.enum(disabledReasons) }),
};

export const eventPayloads = { ...orderEventPayloads, ...productEventPayloads, ...endpointEventPayloads };

export type OrderEventType = keyof typeof orderEventPayloads;
export type ProductEventType = keyof typeof productEventPayloads;
export type EndpointEventType = keyof typeof endpointEventPayloads;
export type EventType = OrderEventType | ProductEventType | EndpointEventType;

/** The payload of each event by type. */
export type EventPayloads = { [T in EventType]: z.output<(typeof eventPayloads)[T]> };
/** What an event of an order adds to the order's state. */
export type OrderEventFacts<T extends OrderEventType> = Omit<EventPayloads[T], keyof typeof orderState>;
/** What an event of a product adds to the product's id. */
export type ProductEventFacts<T extends ProductEventType> = Omit<EventPayloads[T], keyof typeof productState>;
