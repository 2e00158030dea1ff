import { listGatewayEventsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc.ts';

export const gatewayEventRouter = router({
  list: procedure
    .input(listGatewayEventsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayEvents(input)),
});
