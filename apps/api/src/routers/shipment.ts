import { dispatchShipmentInput, orderIdInput, shipmentIdInput } from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

/**
 * Shipments. `list` is for customers, for their own orders, and for operators with the scope `orders`; the others are
 * for operators with the scope `orders`.
 */
export const shipmentRouter = router({
  /**
   * Returns all shipments of an order with their lines, on one page.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listShipments({ ...input, ...ownOrders(ctx.caller) }))),
  /**
   * Records that a carrier has a READY shipment. `carrier` and `trackingNumber` have 1 to 100 characters each.
   *
   * Returns the shipment, SHIPPED.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment is not READY
   */
  dispatch: procedure
    .input(dispatchShipmentInput)
    .mutation(({ ctx, input }) => ctx.commerce.dispatchShipment(input, ctx.call)),
  /**
   * Records that a shipment is on its way. Returns the shipment, IN_TRANSIT.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment is not SHIPPED
   */
  markInTransit: procedure
    .input(shipmentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.markShipmentInTransit(input, ctx.call)),
  /**
   * Records that a shipment has arrived. Returns the shipment, DELIVERED; the order's `fulfillmentStatus` follows.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment was not dispatched, or has ended
   */
  deliver: procedure.input(shipmentIdInput).mutation(({ ctx, input }) => ctx.commerce.deliverShipment(input, ctx.call)),
});
