import { followEventsInput, listEventsInput } from '@commerce-core/core';
import { tracked } from '@trpc/server';
import { openStream } from '../trpc/open-stream.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** The log of events: what happened to orders, products and their parts. For operators with the scope `events`. */
export const eventRouter = router({
  /**
   * Returns a page of events in the order of their positions, behind the position `after`: `0`, the beginning, by
   * default, or `now`, the end of the log. `limit` is 1 to 500 and defaults to 100. `waitMs`, 0 to 30,000, is how long
   * the call waits for the first event when there is none. `types`, `aggregateType` and `aggregateId` filter.
   *
   * `nextCursor` is never null: it is the `after` of the next call. A page may have fewer events than `limit`, or none,
   * before the end of the log.
   *
   * `before`, `now` or a position, reads the other way: the latest event first. `nextCursor` is then the `before` of
   * the next call, and `0` when the beginning is reached. One call looks through 50,000 events, or all of one
   * aggregate.
   * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over;
   * `details.lastCommonPosition` is where to continue
   */
  list: procedure
    .input(listEventsInput.optional())
    .query(({ ctx, input, signal }) => ctx.commerce.listEvents(input, { signal })),
  /**
   * Sends each event as it happens, behind the position `after`, or from now on. A client that reconnects resumes
   * behind the last event that it has received. The filters are those of `list`.
   * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over;
   * `details.lastCommonPosition` is where to continue
   */
  stream: procedure.input(followEventsInput.optional()).subscription(async function* ({ ctx, input, signal }) {
    const stream = openStream(ctx, signal);
    try {
      for await (const event of ctx.commerce.followEvents(input, stream)) yield tracked(event.position, event);
      stream.throwIfEnded();
    } finally {
      stream.close();
    }
  }),
});
