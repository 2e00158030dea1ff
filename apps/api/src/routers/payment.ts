import { createPaymentInput, orderIdInput } from '@commerce-core/core';
import { ownOrders } from '../access.ts';
import { procedure, router } from '../trpc.ts';
import { onePage } from './one-page.ts';

export const paymentRouter = router({
  create: procedure
    .input(createPaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.createPayment({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listPayments({ ...input, ...ownOrders(ctx.caller) }))),
});
