import { gatewayEventIdInput, listGatewayEventsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc.ts';

export const gatewayEventRouter = router({
  list: procedure
    .input(listGatewayEventsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayEvents(input)),
  /** With the body as it came, `{ text }`, or `{ base64 }` where it isn't UTF-8. */
  get: procedure.input(gatewayEventIdInput).query(({ ctx, input }) => ctx.commerce.getGatewayEvent(input)),
  redrive: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.redriveGatewayEvent(input, ctx.call)),
  dismiss: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.dismissGatewayEvent(input, ctx.call)),
});
