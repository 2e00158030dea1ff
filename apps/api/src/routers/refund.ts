import { createRefundInput, listRefundsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/**
 * Refunds. The procedures are for operators with the scope `money`. Amounts are in minor units of the order's
 * currency.
 */
export const refundRouter = router({
  /**
   * Requests a refund of an order: of `amount`, of what was paid for the units of up to 1,000 `lines`, or without both
   * of everything that is left. What was paid for a unit includes its share of discounts and taxes. A line with
   * `restock` returns its unshipped units to sale. `paymentId` names another payment than the one that pays for the
   * order. What an OPEN dispute is about is refunded only with `despiteDispute`, and what a LOST one has taken never.
   * `expectedVersion` is the `version` of the order as the caller has read it.
   *
   * Returns the refund, REQUESTED, with its amount reserved; the gateway reports its end.
   * @throws order_not_found when no order has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws payment_not_found when the order has no payment `paymentId`
   * @throws dispute_open when an open dispute about the payment holds the money; `details.gatewayDisputeId`
   * @throws refund_exceeds_balance when nothing is left, or less than `amount`; `details.refundableAmount`
   * @throws amount_not_supported when the provider does not refund such an amount; `details.step`
   * @throws units_not_refundable when a line has fewer units left to refund; `details.refundableQty`
   * @throws units_not_restockable when `restock` is set for units that have shipped; `details.restockableQty`
   */
  create: procedure.input(createRefundInput).mutation(({ ctx, input }) => ctx.commerce.createRefund(input, ctx.call)),
  /**
   * Says what `create` would send back for the same input, and changes nothing.
   *
   * Returns `paymentId`, `amount`, `currency`, and the `orderVersion` for which that is so: `expectedVersion` of
   * `create`.
   * @throws order_not_found when no order has this id
   * @throws order_changed when the order has another version than `expectedVersion`; `details.version`
   * @throws payment_not_found when the order has no payment `paymentId`
   * @throws dispute_open when an open dispute about the payment holds the money; `details.gatewayDisputeId`
   * @throws refund_exceeds_balance when nothing is left, or less than `amount`; `details.refundableAmount`
   * @throws amount_not_supported when the provider does not refund such an amount; `details.step`
   * @throws units_not_refundable when a line has fewer units left to refund; `details.refundableQty`
   * @throws units_not_restockable when `restock` is set for units that have shipped; `details.restockableQty`
   */
  preview: procedure.input(createRefundInput).query(({ ctx, input }) => ctx.commerce.previewRefund(input)),
  /**
   * Returns a page of refunds, the latest first, each with its order's number (`orderNumber`). `orderId` and `status`
   * filter.
   */
  list: procedure.input(listRefundsInput.optional()).query(({ ctx, input }) => ctx.commerce.listRefunds(input)),
});
