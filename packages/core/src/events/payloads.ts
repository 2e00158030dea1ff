import { z } from 'zod';
import { lineKinds } from '../order/order.ts';
import { returnEventPayloads } from './return-payloads.ts';
import { shipmentEventPayloads } from './shipment-payloads.ts';
import { refundReasons } from '../refund/refund.ts';
import { disabledReasons } from '../webhooks/webhook-endpoint.ts';
import {
  id,
  amount,
  currency,
  instant,
  reservedUntil,
  type orderState,
  type productState,
  orderEvent,
  productEvent,
  endpointEvent,
  paymentId,
  from,
  attention,
  cancelReason,
  approval,
  refund,
  refundAmount,
  returnId,
  failureCode,
  dispute,
  shipmentId,
  lineQuantity,
  stockChange,
  name,
  priceAmount,
} from './payload-fields.ts';

// The payload of every event as it is stored and delivered. The descriptions are those of docs/reference/events.md and
// of the JSON Schemas in packages/core/schemas. Amounts are integer minor units of `currency`.
/**
 * The events of an order by type, in the past tense. Events of its payments, refunds, disputes, shipments and returns
 * are events of the order.
 */
export const orderEventPayloads = {
  'order.created': orderEvent('An order was placed, and its stock reserved.', {
    number: z
      .string()
      .length(9)
      .optional()
      .describe('What people call the order, such as `4F7K-29QD`. Orders of older versions were created without one.'),
    customerId: z
      .string()
      .describe(
        'The id of the customer in the accounts of the shop, never an e-mail address. A guest has none: ' +
          'it is `guest:` and the id of the order.',
      ),
    currency,
    totalAmount: amount,
    reservedUntil,
    returnId: returnId.optional().describe('The return of another order that pays a part, or all, by the CREDIT line.'),
    lines: z.array(
      z.strictObject({
        ...lineQuantity,
        kind: z.enum(lineKinds).describe('What the line is for.'),
        productId: id.nullable().describe('Null when the line is no product.'),
        unitAmount: z.int().describe('The price of one unit, in minor units; below zero for a discount or credit.'),
      }),
    ),
  }),
  'order.paid': orderEvent('A payment pays for the order, and its stock is sold.', {
    paymentId,
    totalAmount: amount,
    currency,
  }),
  'order.canceled': orderEvent('An order was canceled. Money that was paid goes back.', {
    from,
    reason: cancelReason,
  }),
  'order.lines_canceled': orderEvent(
    'Units of a paid order that had not left were canceled. They are for sale again, and their money goes back.',
    {
      cancellationId: id.describe('The id of this cancellation.'),
      lines: z.array(z.strictObject(lineQuantity)).describe('The units that were canceled.'),
      amount: amount.describe('What was paid for the units, in minor units of `currency`.'),
      currency,
      refundId: id
        .nullable()
        .describe(
          'The refund of the units. Null where none is needed: the payment is captured for less, ' +
            'or they were refunded before.',
        ),
      shipments: z
        .array(z.strictObject({ shipmentId, lines: z.array(z.strictObject(lineQuantity)) }))
        .describe('The units that each shipment has lost. A shipment that lost all is canceled.'),
      reason: cancelReason,
    },
  ),
  'order.credit_returned': orderEvent(
    'An order that a return of another order paid for does not need a part of that. ' +
      'The part goes back to the payment that it came from.',
    { returnId, amount, currency },
  ),
  'order.expired': orderEvent('The reservation of an order ended before it was paid.', { from }),
  'order.fulfillment_changed': orderEvent(
    'A refund put units back into stock that had not left, which changed the fulfillment status.',
    {
      refundId: id.describe('The refund.'),
    },
  ),
  'order.updated': orderEvent('The contact, address, reference or metadata of an order changed.', {
    changed: z.array(z.enum(['contact', 'shippingAddress', 'reference', 'metadata'])).describe('What changed.'),
  }),
  'order.noted': orderEvent('An operator wrote a note about an order. The event has no text.', {
    noteId: id.describe('The note.'),
  }),
  'order.redacted': orderEvent(
    'The contact, address, notes and reasons of returns of an order that is over were erased.',
    {
      changed: z
        .array(z.enum(['contact', 'shippingAddress', 'reference', 'metadata', 'returnReason', 'notes']))
        .describe('What was erased.'),
    },
  ),
  'order.attention_raised': orderEvent('An order got a reason for the attention of an operator.', attention),
  'order.attention_cleared': orderEvent('A reason for attention ended.', attention),
  'payment.created': orderEvent('An attempt to pay began.', {
    paymentId,
    provider: z.string().describe('The payment gateway.'),
    amount,
    currency,
    reservedUntil,
  }),
  'payment.pending': orderEvent('The gateway waits for the shopper, for days with a bank transfer.', {
    paymentId,
    reservedUntil,
  }),
  'payment.authorized': orderEvent('The gateway authorized an amount, which is not captured yet.', approval),
  'payment.captured': orderEvent('The gateway captured an amount: the money has come.', approval),
  'payment.capture_lowered': orderEvent('The capture of an authorized payment will take less, and release the rest.', {
    paymentId,
    amount: amount.describe('What the capture will take, in minor units of `currency`; 0 when the payment is voided.'),
    currency,
  }),
  'payment.failed': orderEvent('The gateway refused or ended an attempt to pay.', { paymentId, failureCode }),
  'payment.canceled': orderEvent('The shop ended an attempt to pay, for another attempt or because the order ended.', {
    paymentId,
  }),
  'payment.voided': orderEvent('An authorization ended without a capture.', { paymentId }),
  'payment.review_opened': orderEvent('The gateway took another amount or currency than the requested one.', {
    paymentId,
    amount: amount.describe('What was requested, in minor units of `currency`.'),
    currency,
    reportedAmount: amount.describe('What the gateway took, in minor units of `reportedCurrency`.'),
    reportedCurrency: currency,
    reportedCaptured: z.boolean().describe('Whether the gateway has captured it.'),
    reservedUntil,
  }),
  'payment.review_rejected': orderEvent('The review of a payment ended without a payment.', { paymentId }),
  'refund.requested': orderEvent('A refund was decided. The call to the gateway follows.', {
    ...refundAmount,
    reason: z
      .enum(refundReasons)
      .describe('`requested`: by an operator, or for a return. `gateway`: made there. Others: decided by the shop.'),
    returnId: returnId.optional().describe('The return that the refund is for.'),
    lines: z
      .array(
        z.strictObject({ ...lineQuantity, restock: z.boolean().describe('Whether the units are for sale again.') }),
      )
      .optional()
      .describe('Only for a refund of lines.'),
  }),
  'refund.submitted': orderEvent(
    'The refund is sent to the gateway, or the gateway said that it has the refund.',
    refund,
  ),
  'refund.unknown': orderEvent('The gateway did not answer. The call is repeated with the same key.', refund),
  'refund.succeeded': orderEvent('The gateway confirmed the refund.', refundAmount),
  'refund.failed': orderEvent('The gateway refused the refund, or the bank returned the money.', {
    ...refundAmount,
    failureCode,
  }),
  'dispute.opened': orderEvent('The bank of the shopper contests a payment.', dispute),
  'dispute.closed': orderEvent('A dispute was won or lost.', dispute),
  ...returnEventPayloads,
  ...shipmentEventPayloads,
};

/** The events of a product by type, in the past tense. Events of its stock are events of the product. */
export const productEventPayloads = {
  'product.created': productEvent('A product was added to the catalogue.', {
    sku: z.string().describe('The article number of the shop.'),
    name,
    priceAmount,
    currency,
  }),
  'product.renamed': productEvent('A product got another name.', { from: name.describe('The former name.'), name }),
  'product.repriced': productEvent('A product got another price.', {
    from: priceAmount.describe('The former price.'),
    priceAmount,
    currency,
  }),
  'product.updated': productEvent('The description, image or metadata of a product changed.', {
    changed: z.array(z.enum(['description', 'imageUrl', 'metadata'])).describe('What changed.'),
  }),
  'product.archived': productEvent('A product left the catalogue.', {}),
  'stock.received': productEvent('Units of a product came in.', stockChange),
  'stock.adjusted': productEvent('The shelf of a product was counted, and held another number of units.', {
    ...stockChange,
    countedQty: z
      .int()
      .min(0)
      .optional()
      .describe('Units that were counted, sold ones that had not left included. Missing in older events.'),
  }),
};

/** The events of a merchant's webhook endpoint by type. */
export const endpointEventPayloads = {
  'endpoint.failing': endpointEvent('Deliveries to an endpoint have failed for 1 hour, 1 day or 3 days.', {
    since: instant.describe('The first failure after the last success.'),
  }),
  'endpoint.disabled': endpointEvent('An endpoint was disabled: nothing is delivered to it until it is resumed.', {
    reason: z.enum(disabledReasons).describe('`gone`: it answered 410. `failing`: deliveries failed for 5 days.'),
  }),
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
