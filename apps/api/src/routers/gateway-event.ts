import { gatewayEventIdInput, listGatewayEventsInput } from '@commerce-core/core';
import { z } from 'zod';
import { procedure, router } from '../trpc/trpc.ts';

// JSON has no dates.
const fetchMissedInput = z.strictObject({ provider: z.string(), since: z.iso.datetime({ offset: true }) });

export const gatewayEventRouter = router({
  list: procedure
    .input(listGatewayEventsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayEvents(input)),
  /** With the body as it came, `{ text }`, or `{ base64 }` where it isn't UTF-8. */
  get: procedure.input(gatewayEventIdInput).query(({ ctx, input }) => ctx.commerce.getGatewayEvent(input)),
  redrive: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.redriveGatewayEvent(input, ctx.call)),
  dismiss: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.dismissGatewayEvent(input, ctx.call)),
  /** What a gateway lists since then is taken; done again, it finds what is new by then. Answers once all of it is. */
  fetchMissed: procedure.input(fetchMissedInput).mutation(async ({ ctx, input: { provider, since } }) => ({
    eventsNew: await ctx.commerce.fetchMissedEvents({ provider, since: new Date(since) }),
  })),
});
