import { z } from 'zod';
import { disputeStatuses } from '../dispute/dispute.ts';
import { attentionReasons, fulfillmentStatuses, orderStatuses, reservationStatuses } from '../order/order.ts';
import { refundKinds } from '../refund/refund.ts';
import { parcelTrackings } from '../shipping/parcel.ts';

// Fields that the payloads of several events share, with their descriptions.

export const id = z.guid();
export const amount = z.int().min(0).describe('Minor units of `currency`.');
export const currency = z.string().length(3).describe('ISO 4217.');
export const quantity = z.int().min(1).describe('Units.');
export const instant = z.iso.datetime();
export const reservedUntil = instant.describe('When the reservation of the stock ends.');

/** What every event of an order holds: the order's state after the event. */
export const orderState = {
  orderId: id.describe('The order.'),
  orderStatus: z.enum(orderStatuses).describe('The status after the event.'),
  fulfillmentStatus: z.enum(fulfillmentStatuses).describe('The fulfillment status after the event.'),
  reservationStatus: z.enum(reservationStatuses).describe('What has become of the stock after the event.'),
};
/** What every event of a product holds. */
export const productState = { productId: id.describe('The product.') };

/** An event that happens when `sentence` says. */
export const orderEvent = <F extends z.ZodRawShape>(sentence: string, facts: F) =>
  z.strictObject({ ...orderState, ...facts }).describe(sentence);
export const productEvent = <F extends z.ZodRawShape>(sentence: string, facts: F) =>
  z.strictObject({ ...productState, ...facts }).describe(sentence);
export const endpointEvent = <F extends z.ZodRawShape>(sentence: string, facts: F) =>
  z.strictObject({ endpointId: id.describe('The webhook endpoint.'), ...facts }).describe(sentence);

export const paymentId = id.describe('The attempt to pay.');
export const from = z.enum(orderStatuses).describe('The status before the event.');
export const cancelReason = z.string().optional().describe('As the operator gave it. Missing without one.');
export const attention = { reason: z.enum(attentionReasons).describe('What an operator has to look at.') };
export const approval = {
  paymentId,
  amount,
  currency,
  surplus: z.literal(true).optional().describe('The order cannot use the money, which goes back.'),
  accepted: z.literal(true).optional().describe('An operator accepted an amount other than the requested one.'),
};
export const refund = {
  refundId: id.describe('The refund.'),
  paymentId: id.describe('The payment whose money goes back.'),
};
export const refundAmount = {
  ...refund,
  kind: z.enum(refundKinds).describe('A VOID undoes a payment that is not captured. A REFUND returns captured money.'),
  amount,
  currency,
};
export const failureCode = z.string().describe('The code of the gateway, or `unspecified`.');
export const dispute = {
  paymentId: id.describe('The payment that is contested.'),
  gatewayDisputeId: z.string().describe('The id that the gateway gave the dispute.'),
  status: z.enum(disputeStatuses).describe('WON: the shop keeps the money.'),
  amount,
  currency,
};
export const returnId = id.describe('The return.');
export const shipmentId = id.describe('The shipment.');
export const parcelId = id.describe('The parcel.');
export const dispatched = {
  shipmentId,
  carrier: z.string().nullable().describe('Of the first parcel, as the operator gave it.'),
  trackingNumber: z.string().nullable().describe('The number of the first parcel at its carrier.'),
};
export const trackingNumber = {
  carrier: z.string().describe('As the operator gave it.'),
  trackingNumber: z.string().describe('The number of the carrier.'),
};
export const tracking = z.enum(parcelTrackings);
export const parcel = { parcelId, shipmentId, ...trackingNumber };
export const lineNo = z.int().min(1).describe('The line of the order.');
export const lineQuantity = { lineNo, quantity };
export const movedLines = z
  .array(z.strictObject(lineQuantity))
  .describe('The units that went into the other shipment.');
export const stockChange = {
  quantity: z.int().describe('Units that were added; below zero when units were taken away.'),
  availableQty: z.int().min(0).describe('Units after the change that are not sold, reserved ones included.'),
  reason: z.string().nullable().describe('As the operator gave it.'),
};
export const name = z.string().describe('The name of the product.');
export const priceAmount = z.int().min(0).describe('The price of one unit, in minor units of `currency`.');
