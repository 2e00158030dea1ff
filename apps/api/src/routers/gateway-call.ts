import { listGatewayCallsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const gatewayCallRouter = router({
  /**
   * Lists the outbox of calls to payment gateways. `orderId` and `status` filter. For operators with the scope
   * `gateway-events`.
   *
   * Returns a page, the latest first; `amount` is in minor units of the payment's currency.
   */
  list: procedure
    .input(listGatewayCallsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayCalls(input)),
});
