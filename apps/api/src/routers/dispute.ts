import { listDisputesInput } from '@commerce-core/core';
import { procedure, router } from '../trpc.ts';

export const disputeRouter = router({
  list: procedure.input(listDisputesInput.optional()).query(({ ctx, input }) => ctx.commerce.listDisputes(input)),
});
