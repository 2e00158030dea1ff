import { procedure, router } from '../trpc/trpc.ts';

export const systemRouter = router({
  /**
   * Runs the queries that check every invariant of the database. For operators, with any scope.
   *
   * Returns `{ violations }`, an empty list when the data are consistent.
   */
  doctor: procedure.query(async ({ ctx }) => ({ violations: await ctx.commerce.doctor() })),
});
