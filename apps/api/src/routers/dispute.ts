import { listDisputesInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const disputeRouter = router({
  list: procedure.input(listDisputesInput.optional()).query(({ ctx, input }) => ctx.commerce.listDisputes(input)),
});
