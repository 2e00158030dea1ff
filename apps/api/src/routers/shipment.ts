import {
  dispatchShipmentInput,
  findShipmentsInput,
  listAllShipmentsInput,
  mergeShipmentsInput,
  orderIdInput,
  packingSlipsInput,
  shipmentIdInput,
  splitShipmentInput,
} from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

/**
 * Shipments. `list` is for customers, for their own orders, and for operators with the scope `orders`; the others are
 * for operators with the scope `orders`.
 */
export const shipmentRouter = router({
  /**
   * Returns all shipments of an order with their lines and parcels, on one page. `carrier` and `trackingNumber` are
   * those of the first parcel. A parcel's `trackingUrl` is its carrier's page, or null for a carrier that is not known.
   * @throws order_not_found when the order does not exist or belongs to another customer
   */
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listShipments({ ...input, ...ownOrders(ctx.caller) }))),
  /**
   * Returns a page of the shipments of all orders with their lines and parcels: READY ones first, those that wait the
   * longest first, which is the packing queue; then the others, the latest first. `status` filters, or `stage`:
   * ON_ITS_WAY (SHIPPED or IN_TRANSIT), TROUBLED (a parcel on its way has a problem, comes back, or its carrier is
   * silent), FAILED (LOST or RETURNED).
   * @throws validation_failed when both `status` and `stage` are given
   * @throws cursor_of_another_list when the cursor is of a list with another filter
   */
  listAll: procedure
    .input(listAllShipmentsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listAllShipments(input)),
  /**
   * Returns what a person needs who packs shipments, for 1 to 100 `shipmentIds` in their order: the units with their
   * names, the address without its phone number, which of the order's shipments it is (`part` of `parts`; null for a
   * replacement), and the latest 5 notes of operators about the order. Unknown shipments are left out.
   */
  packingSlips: procedure
    .input(packingSlipsInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.packingSlips(input))),
  /**
   * Finds shipments by 1 to 200 `names`: the shipment's id; the id, the number or the reference of its order; or a
   * parcel's tracking number, where the name is none of those. Returns for each name its shipments, at most 20: READY
   * ones first, then the latest.
   */
  find: procedure
    .input(findShipmentsInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.findShipments(input))),
  /**
   * Moves units of a READY shipment into a new READY shipment. At least one unit stays. No amount, payment or stock
   * changes.
   *
   * Returns the new shipment.
   * @throws shipment_not_found when no shipment has this id
   * @throws shipment_not_ready when the shipment is not READY
   * @throws shipment_is_replacement when the shipment replaces units of a return
   * @throws units_not_in_shipment when the shipment has fewer units of a line; it has `details.shipmentQty`
   * @throws shipment_would_be_empty when all units would leave the shipment
   */
  split: procedure.input(splitShipmentInput).mutation(({ ctx, input }) => ctx.commerce.splitShipment(input, ctx.call)),
  /**
   * Moves all units of a READY shipment into another READY shipment of the same order. The empty one is CANCELED.
   *
   * Returns the shipment that has the units.
   * @throws shipment_not_found when one of the shipments does not exist
   * @throws shipments_of_different_orders when the shipments belong to different orders
   * @throws shipment_not_ready when one of the shipments is not READY
   * @throws shipment_is_replacement when one of the shipments replaces units of a return
   */
  merge: procedure
    .input(mergeShipmentsInput)
    .mutation(({ ctx, input }) => ctx.commerce.mergeShipments(input, ctx.call)),
  /**
   * Records that carriers have a READY shipment, in 1 to 50 `parcels`. A single parcel can be given as `carrier` and
   * `trackingNumber` instead. Both have 1 to 100 characters.
   *
   * Returns the shipment, SHIPPED.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment is not READY
   * @throws tracking_number_in_use when a parcel on its way has the same number; the details name its order
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
   * Records that a shipment has arrived, with all its parcels. Returns the shipment, DELIVERED; the order's
   * `fulfillmentStatus` follows.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment was not dispatched, or has ended
   */
  deliver: procedure.input(shipmentIdInput).mutation(({ ctx, input }) => ctx.commerce.deliverShipment(input, ctx.call)),
  /**
   * Records that a shipment was lost. Stock and money stay as they are; the order needs attention (`delivery_problem`).
   * Returns the shipment, LOST.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment was not dispatched, or has ended
   */
  markLost: procedure
    .input(shipmentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.markShipmentLost(input, ctx.call)),
  /**
   * Records that a shipment came back. Stock and money stay as they are; the order needs attention
   * (`delivery_problem`). Returns the shipment, RETURNED.
   * @throws shipment_not_found when no shipment has this id
   * @throws invalid_transition when the shipment was not dispatched, or has ended
   */
  markReturned: procedure
    .input(shipmentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.markShipmentReturned(input, ctx.call)),
});
