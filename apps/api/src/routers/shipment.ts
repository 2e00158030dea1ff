import { dispatchShipmentInput, orderIdInput, shipmentIdInput } from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

export const shipmentRouter = router({
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listShipments({ ...input, ...ownOrders(ctx.caller) }))),
  dispatch: procedure
    .input(dispatchShipmentInput)
    .mutation(({ ctx, input }) => ctx.commerce.dispatchShipment(input, ctx.call)),
  markInTransit: procedure
    .input(shipmentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.markShipmentInTransit(input, ctx.call)),
  deliver: procedure.input(shipmentIdInput).mutation(({ ctx, input }) => ctx.commerce.deliverShipment(input, ctx.call)),
});
