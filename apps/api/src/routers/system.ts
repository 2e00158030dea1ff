import { procedure, router } from '../trpc/trpc.ts';

export const systemRouter = router({
  doctor: procedure.query(async ({ ctx }) => ({ violations: await ctx.commerce.doctor() })),
});
