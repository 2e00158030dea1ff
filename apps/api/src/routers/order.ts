import {
  cancelLinesInput,
  cancelOrderInput,
  CommerceError,
  findGuestOrdersInput,
  listOrdersInput,
  noteOrderInput,
  newCustomerId,
  orderHistoryInput,
  orderIdInput,
  placeOrderInput,
  quoteOrderInput,
  updateOrderInput,
  watchOrderInput,
} from '@commerce-core/core';
import { tracked } from '@trpc/server';
import { ownOrders } from '../auth/access.ts';
import { shortagesFor } from '../auth/shopper-stock.ts';
import { openStream } from '../trpc/open-stream.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { listOwnOrders } from './orders/list-own-orders.ts';
import { invalidField, placeNewOrder } from './orders/new-order.ts';
import { withHints } from './orders/with-hints.ts';

const createOrderInput = placeOrderInput.extend({ customerId: newCustomerId.optional() });

/**
 * Orders. Customers may call these procedures for their own orders, operators with the scope `orders` for all. Guests
 * may call `get`, `watch` and `cancel` for their one order. An order of another customer or guest is reported exactly
 * like one that does not exist.
 */
export const orderRouter = router({
  /**
   * Returns what an order would cost now, and writes nothing. Everyone may call it, without a token too. `lines` are
   * those that the order would have, at the catalogue's prices; `shippingOptions` are the options that apply, each with
   * its price for this order; `totalAmount` includes the option that `shippingOptionId` names; `shortages` are the
   * products that have too few units at the moment; their `sellableQty` is rounded down to its first digit for a
   * shopper who asks for more than 20 units. Of `shippingAddress` the country is enough.
   * @throws empty_order when there are no lines
   * @throws product_not_found when a product does not exist or is archived; `details.productIds`
   * @throws currency_mismatch when the products have different currencies; `details.currencies`
   * @throws amount_too_large when an amount exceeds the largest safe integer
   * @throws shipping_option_not_found when the option does not exist or is archived
   * @throws shipping_option_not_applicable when the option does not apply to this order; `details.reason`
   * @throws quote_refused when the shop's pricing service refuses the order; `details.reason` is for the shopper
   * @throws quote_unavailable when the shop's pricing service cannot answer
   */
  quote: procedure.input(quoteOrderInput).query(async ({ ctx, input }) => {
    const customer = ctx.caller.kind === 'customer' ? { customerId: ctx.caller.customerId } : {};
    const quoted = await ctx.commerce.quoteOrder({ ...input, ...customer });
    return { ...quoted, shortages: shortagesFor(ctx.caller, quoted.shortages) };
  }),
  /**
   * Places an order of 1 to 2,000 lines, 1 to 1,000,000 units each, at the catalogue's prices, and reserves its stock.
   * Lines of the same product are added up. Null or an empty text in an optional field of `contact` or
   * `shippingAddress`, or in `reference`, counts as not given. `metadata` has at most 4,096 bytes of JSON, and 32
   * levels.
   *
   * `shippingOptionId` adds an option of `order.quote` as a line. `expectedTotalAmount` is the total that the shopper
   * has seen: an order that would cost another amount is refused.
   *
   * When the server takes orders of guests, a shopper without an account calls this without a token, and gives an
   * e-mail address in `contact`. The order then comes with `accessToken`, which opens this order alone until
   * `accessExpiresAt`: as a bearer token of `order.get`, `order.watch`, `order.cancel`, `shipment.list` and the
   * procedures of payments for customers. A repeated call gets the same order and a valid token. A key of such a call
   * has at least 20 characters.
   *
   * A customer or guest leaves `customerId` out; an operator has to give it. It must not be an e-mail address, because
   * the event log keeps it for ever; neither must a customer's `sub` in the token.
   *
   * Returns the order with its lines, in status CREATED. `reservedUntil` is when an unpaid order expires. A line's
   * `paidAmount` is what all its units cost in the end: `amount` with its share of the order's discounts
   * (`discountAmount`, zero or below) and taxes (`taxAmount`). Lines of discounts and taxes have zero in all three.
   * @throws validation_failed when `customerId` is given by a customer or guest or missing from an operator, or a guest
   * gives no e-mail address or orders too many units
   * @throws empty_order when there are no lines
   * @throws product_not_found when a product does not exist or is archived; `details.productIds`
   * @throws currency_mismatch when the products have different currencies; `details.currencies`
   * @throws amount_too_large when an amount exceeds the largest safe integer
   * @throws insufficient_stock when a product has too few units; `details.products`, as `shortages` of `order.quote`.
   * Nothing is reserved
   * @throws shipping_option_not_found when the option does not exist or is archived
   * @throws shipping_option_not_applicable when the option does not apply to this order; `details.reason`
   * @throws shipping_option_required when the shop requires an option and the order has none
   * @throws total_changed when the total is not `expectedTotalAmount`, or prices change while the pricing service is
   * asked; `details.totalAmount`. Nothing is reserved
   * @throws quote_refused when the shop's pricing service refuses the order; `details.reason` is for the shopper
   * @throws quote_unavailable when the shop's pricing service cannot answer; nothing was done
   * @throws rate_limited when guests of this address, or all guests, send too many orders; `details.retryAfterS`
   * @throws too_many_unpaid_orders when guests of this address, or all guests, have as many unpaid orders as they may;
   * `details.retryAfterS`
   */
  create: procedure
    .input(createOrderInput)
    .mutation(({ ctx, input: { customerId: given, ...order } }) => placeNewOrder(ctx, given, order)),
  /**
   * Returns an order with its lines. For operators, an order that needs attention has `attentionHints`: what to do
   * about each of its `attentionReasons`.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  get: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) =>
      withHints(ctx.caller, await ctx.commerce.getOrder({ ...input, ...ownOrders(ctx.caller) })),
    ),
  /**
   * Returns a page of orders without their lines. An order must match all filters that are given: `status`,
   * `fulfillmentStatus`, `reference`, `createdFrom` and `createdTo`, and for operators `customerId`, `email`, `q`,
   * `productId`, `sku`, `paymentStatus`, `trackingNumber`, `needsAttention`, `attentionReason`, `minTotalAmount`,
   * `maxTotalAmount`, `paidFrom`, `paidTo`, `shippedFrom` and `shippedTo`. Times have a zone; a time ending in `From`
   * is included, one ending in `To` is not. Amounts are in minor units. `q` finds orders that have all its words, each
   * as the beginning of a word of the reference, the e-mail address or a name. `paymentStatus` finds orders that have
   * an attempt in this status.
   *
   * `sort` is `-createdAt` (the latest first, the default), `createdAt`, `-updatedAt` or `updatedAt`. A cursor belongs
   * to its sort and filters. `email`, `q`, amounts and times of payment find an order about a second after it was
   * placed or changed. For operators, orders that need attention have `attentionHints`, as in `get`.
   * @throws validation_failed when a customer gives a filter that is for operators
   * @throws cursor_of_another_list when the cursor is of a list with another sort or other filters
   */
  list: procedure.input(listOrdersInput.optional()).query(async ({ ctx, input = {} }) => listOwnOrders(ctx, input)),
  /**
   * Counts orders: all (`orders`), those that need attention (`needsAttention`), and those of each pair of statuses.
   * For operators with the scope `orders` only. The numbers are about a second old; `lagEvents` events are not in them
   * yet.
   */
  stats: procedure.query(({ ctx }) => ctx.commerce.orderStats()),
  /**
   * Returns a page of an order's events, the first one first. `limit` is 1 to 500 and defaults to 100. `actor` is who
   * made the change: its `kind`, and for operators the id and the name of an operator's API key. `note` is the text of
   * an `order.noted`, for operators.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  history: procedure
    .input(orderHistoryInput)
    .query(({ ctx, input }) => ctx.commerce.orderHistory({ ...input, ...ownOrders(ctx.caller) })),
  /**
   * Sends an order with its lines as it is now, and again each time when it has changed, with the events since the
   * version before. A client that reconnects gets the order when it has changed since.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  watch: procedure.input(watchOrderInput).subscription(async function* ({ ctx, input, signal }) {
    const stream = openStream(ctx, signal);
    try {
      const changes = ctx.commerce.watchOrder({ ...input, ...ownOrders(ctx.caller) }, stream);
      for await (const { order, events } of changes)
        yield tracked(String(order.version), { order: withHints(ctx.caller, order), events });
      stream.throwIfEnded();
    } finally {
      stream.close();
    }
  }),
  /**
   * Cancels an order. The stock of an unpaid order is released and its live payment attempts are canceled. The stock of
   * a paid order is restocked and its money is sent back. `expectedVersion` is the `version` of the order as the caller
   * has read it.
   *
   * Returns the order with its lines, in status CANCELED.
   * @throws order_not_found when the order does not exist or belongs to another customer
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the order has expired, is canceled already, or something of it has shipped
   */
  cancel: procedure
    .input(cancelOrderInput)
    .mutation(({ ctx, input }) => ctx.commerce.cancelOrder({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Cancels units of a paid order that have not shipped, of 1 to 1,000 lines. They are for sale again and leave their
   * shipments. What was paid for them, with their share of discounts and taxes, is refunded; a payment that is only
   * authorized is captured for less. What stays is not priced again. The price of shipping goes back with the last unit
   * of an order of which nothing has shipped, which is CANCELED then, as by `cancel`. Otherwise the order stays PAID.
   *
   * `reason` is for operators, because the event log keeps it for ever: 1 to 200 characters without an e-mail address.
   *
   * Returns the order with its lines; `canceledQty` of a line counts its units that were canceled so.
   * @throws validation_failed when a customer or guest gives a `reason`
   * @throws order_not_found when the order does not exist or belongs to another customer
   * @throws order_not_paid when the order waits for its payment; `details.status`. It is canceled as a whole, or paid
   * first
   * @throws invalid_transition when the order has expired or is canceled, or its payment is being voided
   * @throws units_not_cancelable when a line has fewer units that have not shipped; `details.cancelableQty`
   * @throws payment_in_progress when the order has lost its authorization and a new attempt is in progress
   * @throws capture_in_progress when the payment is being captured; the units can be canceled afterwards
   * @throws amount_not_supported when the provider cannot refund the amount, or cannot capture what is left;
   * `details.step`
   * @throws refund_exceeds_balance when the payment was authorized for less than the rest of the order costs
   * @throws dispute_open when an open dispute about the payment holds the units' money; `details.gatewayDisputeId`
   */
  cancelLines: procedure.input(cancelLinesInput).mutation(({ ctx, input }) => {
    if (ctx.caller.kind !== 'operator' && input.reason !== undefined)
      throw invalidField('reason', 'this is for operators: leave it out');
    return ctx.commerce.cancelLines({ ...input, ...ownOrders(ctx.caller) }, ctx.call);
  }),
  /**
   * Changes an order's contact, address, reference or metadata until the first parcel has left; a field that is left
   * out stays. `expectedVersion` is the `version` of the order as the caller has read it. The country of an address
   * stays.
   *
   * Returns the order with its lines. A call that changes nothing returns it as it is.
   * @throws order_not_found when the order does not exist or belongs to another customer
   * @throws order_changed when the order has another version by now; `details.version`
   * @throws order_not_changeable when something of the order has left, or it is over
   * @throws country_not_changeable when the address is in another country than the order's
   */
  update: procedure
    .input(updateOrderInput)
    .mutation(({ ctx, input }) => ctx.commerce.updateOrder({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Keeps a note about an order, in any status: `text` of 1 to 2,000 characters, which may have several lines.
   * `history` returns it to operators. For operators with the scope `orders` only.
   *
   * Returns the order with its lines.
   * @throws order_not_found when no order has this id
   */
  note: procedure.input(noteOrderInput).mutation(({ ctx, input }) => ctx.commerce.noteOrder(input, ctx.call)),
  /**
   * Erases the contact and the address of an order that is over: canceled, expired, delivered or returned. The reasons
   * of its returns, which customers write, and the notes about it go as well. For operators with the scope `orders`
   * only.
   *
   * Returns the order with its lines. A call for an order without them changes nothing.
   * @throws order_not_found when no order has this id
   * @throws order_not_over when something is left to do for the order, or a shipment, replacements included, is on its
   * way
   */
  redact: procedure.input(orderIdInput).mutation(({ ctx, input }) => ctx.commerce.redactOrder(input, ctx.call)),
  /**
   * Makes new tokens for the orders that a guest has placed with this e-mail address: the order with `orderId` or
   * `number`, or those with `reference`, up to ten. For operators with the scope `guests` only: the shop's own back end
   * calls it for the page on which guests find their orders, and sends the link to the e-mail address of the order,
   * never to the page.
   *
   * Returns `{ items }`, each with `orderId`, `accessToken` and `accessExpiresAt`. Nothing tells an order that does not
   * exist from one with another e-mail address, of a customer, or whose contact was erased: all have no item.
   * @throws guest_orders_off when the server takes no orders of guests
   * @throws rate_limited when there are too many renewals for this e-mail address, or in all; `details.retryAfterS`
   */
  renewAccess: procedure.input(findGuestOrdersInput).mutation(async ({ ctx, input }) => {
    if (!ctx.guests) throw new CommerceError('guest_orders_off', 'this server takes no orders of guests');
    return { items: await ctx.guests.renew(ctx.commerce, input) };
  }),
  /**
   * Removes all reasons for which an order needs an operator's attention. For operators with the scope `orders` only.
   *
   * Returns the order with its lines. A call for an order without such reasons changes nothing.
   * @throws order_not_found when no order has this id
   */
  clearAttention: procedure.input(orderIdInput).mutation(({ ctx, input }) => ctx.commerce.clearAttention(input)),
});
