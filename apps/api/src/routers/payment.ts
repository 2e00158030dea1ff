import {
  capturePaymentInput,
  confirmPaymentInput,
  createPaymentInput,
  decideReviewInput,
  listAllPaymentsInput,
  orderIdInput,
  paymentIdInput,
  reconcilePaymentsInput,
} from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

/**
 * Payment attempts. Amounts are integers in minor units of the order's currency. `create`, `resume`, `confirm` and
 * `list` are for customers, for their own orders, and for operators with the scope `orders`; the others are for
 * operators with the scope `money`.
 */
export const paymentRouter = router({
  /**
   * Begins an attempt to pay an order's total at `provider`. `method` and `capture` default to the provider's own. An
   * order whose attempt failed has its stock reserved again. A PAID order takes an attempt only after the gateway
   * released its payment; it stays PAID, and its stock stays sold. An order whose total is 0 is PAID at once: its
   * payment is CAPTURED, has the provider `none`, and `next` is null.
   *
   * Returns the payment and in `next`, typed by its `provider`, what the front end needs to continue. `next` may
   * contain a secret and is never stored.
   * @throws order_not_found when the order does not exist or belongs to another customer
   * @throws provider_not_configured when the server has no such provider
   * @throws unsupported_by_provider when the provider has no such capture mode
   * @throws amount_not_supported when the provider does not take the total or its currency; `details.step`, `min`,
   * `max`
   * @throws payment_in_progress when another attempt for this order is live
   * @throws invalid_transition when the order cannot be paid in its status
   * @throws insufficient_stock when the stock of a failed attempt was sold since; `details.products`
   * @throws payment_refused when the gateway refuses the attempt; `details.failureCode` is the gateway's
   * @throws gateway_unavailable when the gateway does not respond; the attempt exists, and the same key continues it
   */
  create: procedure
    .input(createPaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.createPayment({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Returns an attempt with its `next`, fetched from the gateway again, for a shopper who returns to the payment page.
   * `next` is null when the attempt cannot be paid any more. The call takes no Idempotency-Key.
   * @throws payment_not_found when the payment does not exist or belongs to another customer
   * @throws provider_not_configured when the server no longer has this provider
   * @throws payment_refused when the gateway refuses the attempt; `details.failureCode` is the gateway's
   * @throws gateway_unavailable when the gateway does not respond
   */
  resume: procedure
    .input(paymentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.resumePayment({ ...input, ...ownOrders(ctx.caller) })),
  /**
   * Completes an attempt after the shopper has agreed on the gateway's page, for gateways that require it. `token` (1
   * to 300 characters) is what that page handed to the shopper's browser, for example Toss's `paymentKey`.
   *
   * Returns the payment after the gateway's response was applied.
   * @throws payment_not_found when the payment does not exist or belongs to another customer
   * @throws unsupported_by_provider when payments of this provider need no confirmation
   * @throws invalid_transition when the attempt has failed, was canceled or is surplus
   * @throws payment_refused when the gateway refuses the payment; `details.failureCode` is the gateway's
   * @throws gateway_unavailable when the gateway does not respond; the server polls it for the result
   */
  confirm: procedure
    .input(confirmPaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.confirmPayment({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /**
   * Returns all payment attempts of an order, the latest first, on one page.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listPayments({ ...input, ...ownOrders(ctx.caller) }))),
  /**
   * Returns a payment.
   * @throws payment_not_found when no payment has this id
   */
  get: procedure.input(paymentIdInput).query(({ ctx, input }) => ctx.commerce.getPayment(input)),
  /**
   * Returns a page of the payments of all orders. `provider` and `status` filter. `sort` is `-createdAt` (the latest
   * first, the default) or `createdAt`.
   */
  listAll: procedure
    .input(listAllPaymentsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listAllPayments(input)),
  /**
   * Compares payments with what their gateways know of them now, and changes nothing. `provider`, `createdFrom`
   * (included) and `createdTo` (not included) filter.
   *
   * Returns a page, the latest first. `outcome` is AGREES or DIFFERS; NO_ANSWER when the gateway does not respond
   * within 10 s; NOT_COMPARABLE when it cannot be asked. `shop` and `gateway` are the two books. Each of `differences`
   * says what each book has: the `payment` as a whole, its `status`, `currency` or amounts, or the refund or dispute
   * `objectId`. The gateway's book is null when it does not know the payment.
   */
  reconcile: procedure
    .input(reconcilePaymentsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.reconcilePayments(input)),
  /**
   * Requests the capture of authorized money: `amount`, or all of it. A payment is captured once.
   *
   * Returns the payment, still AUTHORIZED; it becomes CAPTURED when the gateway reports the capture.
   * @throws payment_not_found when no payment has this id
   * @throws invalid_transition when the payment is not AUTHORIZED, is being voided, or is of a free order
   * @throws capture_in_progress when a capture of this payment has not finished
   * @throws amount_not_supported when the provider does not capture such an amount; `details.step`, `min`, `max`
   * @throws capture_exceeds_authorized when `amount` is larger than what was authorized; `details.authorizedAmount`
   */
  capture: procedure
    .input(capturePaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.capturePayment(input, ctx.call)),
  /**
   * Decides on a payment in REVIEW, whose gateway reported another amount than the order's. ACCEPT pays the order with
   * the reported amount. REJECT sends the money back, and the order can be paid again.
   *
   * Returns the payment.
   * @throws payment_not_found when no payment has this id
   * @throws invalid_transition when the payment is not in REVIEW, or the order can no longer be paid
   * @throws currency_mismatch when the accepted money has another currency than the order; `details.currencies`
   * @throws insufficient_stock when the order's stock was sold since; `details.products`
   */
  decideReview: procedure
    .input(decideReviewInput)
    .mutation(({ ctx, input }) => ctx.commerce.decideReview(input, ctx.call)),
  /**
   * Requests that the server polls the gateway for a payment's state, within seconds. Repeated requests before that are
   * one poll. The call takes no Idempotency-Key.
   *
   * Returns the payment as it is now.
   * @throws payment_not_found when no payment has this id
   * @throws provider_not_configured when the server no longer has this provider
   * @throws unsupported_by_provider when this provider cannot be polled
   */
  poll: procedure.input(paymentIdInput).mutation(({ ctx, input }) => ctx.commerce.pollPayment(input)),
});
