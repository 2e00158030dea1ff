import { createRefundInput, listRefundsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

export const refundRouter = router({
  create: procedure.input(createRefundInput).mutation(({ ctx, input }) => ctx.commerce.createRefund(input, ctx.call)),
  list: procedure.input(listRefundsInput.optional()).query(({ ctx, input }) => ctx.commerce.listRefunds(input)),
});
