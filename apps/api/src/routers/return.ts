import {
  approveReturnInput,
  cancelReplacementInput,
  changeReturnInput,
  declineReturnInput,
  exchangeReturnInput,
  listCreditsInput,
  listReturnsInput,
  previewExchangeInput,
  previewReturnInput,
  receiveReturnInput,
  refundCreditInput,
  refundReturnInput,
  replaceReturnInput,
  requestReturnInput,
  returnIdInput,
} from '@commerce-core/core';
import { ownOrders, requireScope } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/**
 * Returns of goods. Customers may call `request`, `cancel`, `get` and `list` for their own orders; operators need the
 * scope `orders`, for what is about money (`preview`, `refund`, `previewExchange`, `refundCredit`, `listCredits`) the
 * scope `money`, and for `exchange` both. A return has the version of its order as `orderVersion`. `expectedVersion`
 * refuses a change with `order_changed` when the order has another version by then. Amounts are in minor units of the
 * order's currency.
 */
export const returnRouter = router({
  /**
   * Requests the return of units that have left. A customer may do so within the shop's RETURN_DAYS after the delivery,
   * or after the dispatch where no delivery is known. `goods` are KEPT where nothing comes back, because it was damaged
   * or lost. `fault` defaults to CUSTOMER.
   *
   * Returns the return, REQUESTED.
   * @throws order_not_found when the order does not exist or belongs to another customer
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws units_not_returnable when fewer units of a line have left and are in no return; `details.returnableQty`
   * @throws return_too_late when a customer asks too late; `details.returnDays`
   */
  request: procedure
    .input(requestReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.requestReturn({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Agrees to a return. `carrier` and `trackingNumber` are those of the return label; `fault` replaces the requested
   * one.
   *
   * Returns the return, APPROVED.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the return is not REQUESTED
   */
  approve: procedure
    .input(approveReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.approveReturn(input, ctx.call)),
  /**
   * Refuses a return. Its units can be requested again. Returns the return, DECLINED.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the return is not REQUESTED
   */
  decline: procedure
    .input(declineReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.declineReturn(input, ctx.call)),
  /**
   * Gives up a return of which nothing came back, was refunded or replaced. Returns the return, CANCELED.
   * @throws return_not_found when the return does not exist or its order belongs to another customer
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the return is neither REQUESTED nor APPROVED, or something was refunded or replaced
   */
  cancel: procedure
    .input(changeReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.cancelReturn({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Records units that came back, in one step or several. Of each line: `restockQty` are for sale again, `writeOffQty`
   * are not, `missingQty` did not come. No money goes back by that, unless the shop has RETURN_AUTO_REFUND=on.
   *
   * Returns the return, RECEIVED.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the return is neither APPROVED nor RECEIVED, or its goods are KEPT
   * @throws units_not_in_return when fewer units of a line are outstanding; `details.returnQty`
   */
  receive: procedure
    .input(receiveReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.receiveReturn(input, ctx.call)),
  /**
   * Sends units once more, in place of units that came back or are kept: in a READY shipment of their own, which takes
   * free stock. They are not refunded any more.
   *
   * Returns the return.
   * @throws return_not_found when no return has this id
   * @throws order_redacted when the contact and address of the order were erased; `details.redactedAt`
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws units_not_in_return when fewer units of a line are neither refunded nor replaced; `details.returnQty`
   * @throws insufficient_stock when a product has too few free units; `details.products`
   */
  replace: procedure
    .input(replaceReturnInput)
    .mutation(({ ctx, input }) => ctx.commerce.replaceReturn(input, ctx.call)),
  /**
   * Cancels a replacement that has not left. Its units are for sale again, and the return owes them once more. Returns
   * the return.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws shipment_not_found when no such shipment replaces units of the return
   * @throws invalid_transition when the replacement is not READY
   */
  cancelReplacement: procedure
    .input(cancelReplacementInput)
    .mutation(({ ctx, input }) => ctx.commerce.cancelReplacement(input, ctx.call)),
  /**
   * Ends a return. Units that are outstanding count as missing, and can be requested again. Returns the return, CLOSED.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws invalid_transition when the return is neither APPROVED nor RECEIVED
   */
  close: procedure.input(changeReturnInput).mutation(({ ctx, input }) => ctx.commerce.closeReturn(input, ctx.call)),
  /**
   * Returns what `refund` would send back now: units with their share of discounts and taxes, the cost of shipping once
   * unless the return is the customer's fault, less `fees`. `amount` is 0 when nothing goes back.
   * @throws return_not_found when no return has this id
   * @throws fees_exceed_refund when the fees are more than what goes back; `details.unitsAmount`
   */
  preview: procedure.input(previewReturnInput).query(({ ctx, input }) => ctx.commerce.previewReturn(input)),
  /**
   * Refunds what `preview` shows: the units that came back, or are kept by an approved return, and are neither refunded
   * nor replaced. `expectedVersion` is the `orderVersion` of the preview.
   *
   * Returns the same as `preview`, with `refundId`. The gateway reports the refund's end. Money that is authorized only
   * is left out of its capture instead, and an order that has lost its authorization costs that much less: `refundId`
   * is null then, and `fees` are refused. When the fees are all that would go back, the units are settled without a
   * refund: `amount` is 0, and `refundId` null. What an OPEN dispute is about is refunded only with `despiteDispute`.
   * @throws return_not_found when no return has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws nothing_to_refund when nothing came back, or all of it was refunded or replaced
   * @throws fees_exceed_refund when the fees are more than what goes back; `details.unitsAmount`
   * @throws dispute_open when an open dispute about the payment holds the money; `details.gatewayDisputeId`
   * @throws refund_exceeds_balance when less of the payment can be refunded; `details.refundableAmount`
   * @throws amount_not_supported when the provider does not refund such an amount, or cannot capture the rest
   * @throws capture_in_progress when the payment is being captured
   * @throws payment_in_progress when the order has lost its authorization and a new attempt is in progress
   * @throws invalid_transition when the payment is being voided
   */
  refund: procedure.input(refundReturnInput).mutation(({ ctx, input }) => ctx.commerce.refundReturn(input, ctx.call)),
  /**
   * Returns what `exchange` would do now: the lines of the new order with its CREDIT line, what would be left to pay
   * (`totalAmount`) or be refunded (`refundAmount`), the shipping options that apply, and what is short.
   * @throws return_not_found when no return has this id
   * @throws order_redacted when the contact and address of the order were erased; `details.redactedAt`
   * @throws nothing_to_refund when nothing came back, or all of it was refunded, replaced or exchanged
   * @throws units_not_in_return when the return owes fewer units of a line; `details.returnQty`
   * @throws fees_exceed_refund when the fees are more than the units are worth; `details.unitsAmount`
   * @throws empty_order when there are no lines
   * @throws product_not_found when a product does not exist or is archived; `details.productIds`
   * @throws currency_mismatch when the products have different currencies, or another one than the old order
   * @throws amount_too_large when an amount exceeds the largest safe integer
   * @throws shipping_option_not_found when the option does not exist or is archived
   * @throws shipping_option_not_applicable when the option does not apply to this order; `details.reason`
   * @throws quote_refused when the shop's pricing service refuses the order; `details.reason` is for the shopper
   * @throws quote_unavailable when the shop's pricing service cannot answer
   */
  previewExchange: procedure.input(previewExchangeInput).query(({ ctx, input }) => ctx.commerce.previewExchange(input)),
  /**
   * Places an order that a return pays for, as far as it goes: a CREDIT line lowers the total by what the returned
   * units are worth, less `fees`. `lines` selects units of the return; by default all that it owes. The customer of the
   * old order, a guest with the token of that order included, pays what is left by `payment.create`. An order with
   * nothing left to pay is PAID at once, and what it leaves of the return is refunded. When the order ends unpaid, the
   * units are owed again. For operators with the scopes `money` and `orders`.
   *
   * Returns the order with its lines, and `exchange`: what was credited and what is refunded.
   * @throws return_not_found when no return has this id
   * @throws order_redacted when the contact and address of the order were erased; `details.redactedAt`
   * @throws order_changed when the old order has another version than `expectedVersion`; `details.version`
   * @throws nothing_to_refund when nothing came back, or all of it was refunded, replaced or exchanged
   * @throws units_not_in_return when the return owes fewer units of a line; `details.returnQty`
   * @throws fees_exceed_refund when the fees are more than the units are worth; `details.unitsAmount`
   * @throws dispute_open when the shopper's bank contests the old payment; `details.gatewayDisputeId`
   * @throws refund_exceeds_balance when less of the old payment is left, or it is not captured
   * @throws amount_not_supported when the provider of the old payment does not refund what is left
   * @throws empty_order when there are no lines
   * @throws product_not_found when a product does not exist or is archived; `details.productIds`
   * @throws currency_mismatch when the products have different currencies, or another one than the old order
   * @throws amount_too_large when an amount exceeds the largest safe integer
   * @throws shipping_option_not_found when the option does not exist or is archived
   * @throws shipping_option_not_applicable when the option does not apply to this order; `details.reason`
   * @throws quote_refused when the shop's pricing service refuses the order; `details.reason` is for the shopper
   * @throws quote_unavailable when the shop's pricing service cannot answer; nothing was done
   * @throws insufficient_stock when a product has too few units; `details.products`. Nothing is reserved
   * @throws shipping_option_required when the shop requires an option and the order has none
   * @throws total_changed when the total is not `expectedTotalAmount`, or prices change while the pricing service is
   * asked; `details.totalAmount`
   */
  exchange: procedure.input(exchangeReturnInput).mutation(({ ctx, input }) => {
    requireScope(ctx.caller, 'orders');
    return ctx.commerce.exchangeReturn(input, ctx.call);
  }),
  /**
   * Gives back what a return has paid of a PAID order (`orderId`), without units: `amount` minor units, or by default
   * all that the order still uses. It is refunded to the payment that it came from. The order's own money goes back
   * before, by `refund.create`.
   *
   * Returns the credit.
   * @throws order_not_found when no order has this id
   * @throws refund_exceeds_balance when the order uses less of a credit, is not PAID, or has money of its own;
   * `details.refundableAmount`
   */
  refundCredit: procedure
    .input(refundCreditInput)
    .mutation(({ ctx, input }) => ctx.commerce.refundCredit(input, ctx.call)),
  /**
   * Returns a page of what returns pay of other orders, the latest orders first. `orderId` is the order that is paid
   * for; `returnId` and `status` filter, too. RESERVED: that order is unpaid. SPENT: it is paid. RELEASED: it ended
   * unpaid.
   */
  listCredits: procedure
    .input(listCreditsInput.optional())
    .query(({ ctx, input = {} }) => ctx.commerce.listCredits(input)),
  /**
   * Returns a return with its lines.
   * @throws return_not_found when the return does not exist or its order belongs to another customer
   */
  get: procedure
    .input(returnIdInput)
    .query(({ ctx, input }) => ctx.commerce.getReturn({ ...input, ...ownOrders(ctx.caller) })),
  /**
   * Returns a page of returns with their lines, the latest first, or with the sort `createdAt` the oldest first.
   * `orderId` and `status` filter.
   */
  list: procedure
    .input(listReturnsInput.optional())
    .query(({ ctx, input = {} }) => ctx.commerce.listReturns({ ...input, ...ownOrders(ctx.caller) })),
});
