import {
  capturePaymentInput,
  confirmPaymentInput,
  createPaymentInput,
  decideReviewInput,
  listAllPaymentsInput,
  orderIdInput,
  paymentIdInput,
} from '@commerce-core/core';
import { ownOrders } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

export const paymentRouter = router({
  /** Answers the attempt and in `next`, typed by its `provider`, what the front end needs to go on with it. */
  create: procedure
    .input(createPaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.createPayment({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  /** An attempt with its `next`, for a shopper who comes back to the page: what is secret in it is never stored. */
  resume: procedure
    .input(paymentIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.resumePayment({ ...input, ...ownOrders(ctx.caller) })),
  confirm: procedure
    .input(confirmPaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.confirmPayment({ ...input, ...ownOrders(ctx.caller) }, ctx.call)),
  list: procedure
    .input(orderIdInput)
    .query(async ({ ctx, input }) => onePage(await ctx.commerce.listPayments({ ...input, ...ownOrders(ctx.caller) }))),
  get: procedure.input(paymentIdInput).query(({ ctx, input }) => ctx.commerce.getPayment(input)),
  listAll: procedure
    .input(listAllPaymentsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listAllPayments(input)),
  capture: procedure
    .input(capturePaymentInput)
    .mutation(({ ctx, input }) => ctx.commerce.capturePayment(input, ctx.call)),
  decideReview: procedure
    .input(decideReviewInput)
    .mutation(({ ctx, input }) => ctx.commerce.decideReview(input, ctx.call)),
  poll: procedure.input(paymentIdInput).mutation(({ ctx, input }) => ctx.commerce.pollPayment(input)),
});
