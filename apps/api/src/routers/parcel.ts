import { correctParcelInput, parcelHistoryInput, parcelIdInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/** Parcels of shipments that have left. For operators with the scope `orders`; `shipment.list` shows the parcels. */
export const parcelRouter = router({
  /**
   * Records that one parcel has arrived. Its shipment is DELIVERED when all its parcels are, and the order's
   * `fulfillmentStatus` follows.
   *
   * Returns the shipment with all its parcels.
   * @throws parcel_not_found when no parcel has this id
   * @throws invalid_transition when the parcel is DELIVERED, or its shipment is LOST or RETURNED
   */
  deliver: procedure.input(parcelIdInput).mutation(({ ctx, input }) => ctx.commerce.deliverParcel(input, ctx.call)),
  /**
   * Corrects the tracking number of a parcel, and its carrier where one is given. The journey starts over: `tracking`
   * is LABEL. Of a parcel that is over, because it is DELIVERED or its shipment is LOST or RETURNED, only the number
   * changes. The former number stays in the order's history.
   *
   * Returns the shipment with all its parcels.
   * @throws parcel_not_found when no parcel has this id
   * @throws tracking_number_in_use when another parcel on its way has the number; the details name its order
   */
  correct: procedure
    .input(correctParcelInput)
    .mutation(({ ctx, input }) => ctx.commerce.correctParcel(input, ctx.call)),
  /**
   * Has the provider that tracks the parcel's carrier told and asked about it now. Returns the shipment as it is before
   * the answer, which comes within seconds.
   * @throws parcel_not_found when no parcel has this id
   * @throws carrier_not_tracked when no provider tracks the carrier
   * @throws invalid_transition when the parcel is DELIVERED, or its shipment is LOST or RETURNED
   */
  track: procedure.input(parcelIdInput).mutation(({ ctx, input }) => ctx.commerce.trackParcel(input, ctx.call)),
  /**
   * Returns a parcel with what operators need: who tracks it since when, what was refused, and when it is asked next.
   * @throws parcel_not_found when no parcel has this id
   */
  get: procedure.input(parcelIdInput).query(({ ctx, input }) => ctx.commerce.getParcel(input)),
  /**
   * Returns a page of what carriers have reported about a parcel, the last received first, with the carrier's own words
   * (`detail`).
   * @throws parcel_not_found when no parcel has this id
   */
  history: procedure.input(parcelHistoryInput).query(({ ctx, input }) => ctx.commerce.parcelHistory(input)),
});
