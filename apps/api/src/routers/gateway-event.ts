import { gatewayEventIdInput, listGatewayEventsInput } from '@commerce-core/core';
import { z } from 'zod';
import { procedure, router } from '../trpc/trpc.ts';

// Core's own input takes a Date, which JSON does not have.
const fetchMissedInput = z.strictObject({ provider: z.string(), since: z.iso.datetime({ offset: true }) });

/** The messages of payment gateways. All procedures are for operators with the scope `gateway-events`. */
export const gatewayEventRouter = router({
  /**
   * Returns a page of messages without their bodies, the latest first. `provider`, `outcome` and `paymentId` filter.
   */
  list: procedure
    .input(listGatewayEventsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listGatewayEvents(input)),
  /**
   * Returns a message with its body byte for byte: `{ text }`, `{ base64 }` when it is not UTF-8, or null when the
   * message did not come as a webhook.
   * @throws gateway_event_not_found when no message has this id
   */
  get: procedure.input(gatewayEventIdInput).query(({ ctx, input }) => ctx.commerce.getGatewayEvent(input)),
  /**
   * Has a message that was not applied tried again from its first attempt. Returns the message, RECEIVED and due now.
   * @throws gateway_event_not_found when no message has this id
   * @throws invalid_transition when the message was applied, ignored or is a conflict
   */
  redrive: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.redriveGatewayEvent(input, ctx.call)),
  /**
   * Ends the attempts to apply a message. Returns the message, DISMISSED; `redrive` may still apply it later.
   * @throws gateway_event_not_found when no message has this id
   * @throws invalid_transition when the message was applied, ignored or dismissed, or is a conflict
   */
  dismiss: procedure
    .input(gatewayEventIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.dismissGatewayEvent(input, ctx.call)),
  /**
   * Reads the events that a gateway lists since a time (ISO 8601 with offset, not in the future) and receives those
   * that the shop does not have. A repeated call receives only what was listed after the first one.
   *
   * Returns `{ eventsNew }`, the number of events that were new, once all of them are stored.
   * @throws provider_not_configured when the server has no such provider
   * @throws unsupported_by_provider when this provider cannot list its events
   * @throws gateway_unavailable when the gateway does not respond, or refuses to list its events
   */
  fetchMissed: procedure.input(fetchMissedInput).mutation(async ({ ctx, input: { provider, since } }) => ({
    eventsNew: await ctx.commerce.fetchMissedEvents({ provider, since: new Date(since) }),
  })),
});
