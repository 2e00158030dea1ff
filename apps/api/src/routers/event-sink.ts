import { republishEventsInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';
import { onePage } from './one-page.ts';

/** The brokers that get every event. For operators with the scope `webhooks`. */
export const eventSinkRouter = router({
  /**
   * Returns all sinks: `position`, how far each has got; `lagEvents` and `lagSeconds`, how many events it doesn't have
   * and how old the first of them is; `failure`, why its last attempt failed.
   */
  list: procedure.query(async ({ ctx }) => onePage(await ctx.commerce.listEventSinks())),
  /**
   * Publishes all events behind the position `from` again, with the ids that they had: `0` for the whole log. For a
   * broker that has lost its data. Returns the sink at its new position; the events follow in the background.
   * @throws event_sink_not_found when the shop has no such sink
   * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over;
   * `details.lastCommonPosition` is the last one that it has
   */
  republish: procedure.input(republishEventsInput).mutation(({ ctx, input }) => ctx.commerce.republishEvents(input)),
});
