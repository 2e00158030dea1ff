import { listRefundsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc.ts';

export const refundRouter = router({
  list: procedure.input(listRefundsInput.optional()).query(({ ctx, input }) => ctx.commerce.listRefunds(input)),
});
