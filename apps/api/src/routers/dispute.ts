import { listDisputesInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const disputeRouter = router({
  /**
   * Lists disputes: a shopper's bank contests a payment. `orderId` and `status` filter. For operators with the scope
   * `money`.
   *
   * Returns a page, the latest first; `amount` is in minor units of `currency`.
   */
  list: procedure.input(listDisputesInput.optional()).query(({ ctx, input }) => ctx.commerce.listDisputes(input)),
});
