import { listGatewayCallsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const gatewayCallRouter = router({
  list: procedure
    .input(listGatewayCallsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayCalls(input)),
});
