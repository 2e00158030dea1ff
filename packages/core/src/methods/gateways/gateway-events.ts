import type { z } from 'zod';
import { read } from '../../database/transaction.ts';
import type { Page } from '../../database/page.ts';
import { requireGateway, requireListingGateway } from '../../flows/gateway-outbox/configured-gateways.ts';
import { fetchMissedEvents } from '../../flows/gateway-inbox/fetch-missed-events.ts';
import { handleGatewayEvents } from '../../flows/gateway-inbox/handle-gateway-events.ts';
import { readGatewayEventWithBody, type GatewayEventWithBody } from '../../flows/gateway-inbox/read-gateway-event.ts';
import type { ReceivedGatewayEvent } from '../../flows/gateway-inbox/receive-gateway-events.ts';
import { receiveWebhook } from '../../flows/gateway-inbox/receive-webhook.ts';
import { retryGatewayEvents } from '../../flows/gateway-inbox/retry-gateway-events.ts';
import type { Inbox } from '../../flows/gateway-inbox/submit-gateway-event.ts';
import { gatewayEventIdInput, listGatewayEventsInput } from '../../gateway-inbox/gateway-event-input.ts';
import { listGatewayEvents, type InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';
import { gatewayEvents } from '../../gateway-inbox/tables.ts';
import { fetchMissedEventsInput } from '../../gateway-outbox/event-list-input.ts';
import type { WebhookMessage } from '../../gateways/gateway.ts';
import type { Call, Context } from '../../run/context.ts';
import { listPage } from '../../run/list-page.ts';
import { runAlone } from '../../run/run-flow.ts';
import { parse } from '../../validation.ts';

/** Gateway events: messages of payment gateways, and the facts that gateways return to calls. */
export function gatewayEventMethods(context: Context, inbox: Inbox) {
  const { database, gateways } = context;
  const { db } = database;
  const handle = runAlone(context, { name: 'gatewayEvent.handle', flow: handleGatewayEvents, answer: gatewayEvents });

  return {
    /**
     * Verifies a webhook of a provider and applies its events. An event counts once, however often it is delivered.
     * When applying an event fails, the event is kept and tried again by a job, and the error goes to `onFault`.
     * @returns one result an event. Events about payments of other shops are left out when the provider doesn't sign
     * @throws provider_not_configured when the shop has no gateway of this provider
     * @throws invalid_signature when the gateway didn't send the webhook
     * @throws malformed_event when the body isn't one of the gateway's messages
     * @throws database_unavailable when the database can't be reached; the gateway has to send the webhook again
     * @throws overloaded when too many events wait, or rows stay locked; the gateway has to send the webhook again
     * @throws outcome_unknown when the answer to COMMIT was lost; the gateway has to send the webhook again
     */
    receiveWebhook: async (provider: string, message: WebhookMessage): Promise<ReceivedGatewayEvent[]> =>
      receiveWebhook(inbox, requireGateway(gateways, provider), message),

    /**
     * Lists gateway events without their raw bodies, the newest first, 1 to 100 a page (`limit`, 50 by default).
     * `provider`, `outcome` and `paymentId` select events.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listGatewayEvents: async (input: z.input<typeof listGatewayEventsInput> = {}): Promise<Page<InboxRow>> =>
      listPage(db, listGatewayEventsInput, input, listGatewayEvents),

    /**
     * Reads a gateway event with its raw body as it arrived: `{ text }`, or `{ base64 }` when it isn't UTF-8, or null
     * for a fact that a gateway returned to a call, and after `keepMs.gatewayEventBodies`.
     * @throws validation_failed when the id isn't a UUID
     * @throws gateway_event_not_found when there is no such event
     * @throws database_unavailable when the database can't be reached
     */
    getGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>): Promise<GatewayEventWithBody> =>
      read(async () => readGatewayEventWithBody(db, parse(gatewayEventIdInput, input))),

    /**
     * Has an event that isn't applied tried again, with all of its attempts.
     * @returns the event in RECEIVED, due now
     * @throws validation_failed when the id isn't a UUID
     * @throws gateway_event_not_found when there is no such event
     * @throws invalid_transition when the event was applied or ignored, or is a CONFLICT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    redriveGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>, call?: Call): Promise<InboxRow> =>
      handle({ to: 'REDRIVE', ...parse(gatewayEventIdInput, input) }, call),

    /**
     * Ends an event that isn't applied without applying it.
     * @returns the event in DISMISSED
     * @throws validation_failed when the id isn't a UUID
     * @throws gateway_event_not_found when there is no such event
     * @throws invalid_transition when the event was applied, ignored or dismissed, or is a CONFLICT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    dismissGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>, call?: Call): Promise<InboxRow> =>
      handle({ to: 'DISMISS', ...parse(gatewayEventIdInput, input) }, call),

    /**
     * Tries up to `limit` events again (200 by default) that are due: their payment was unknown, or applying them
     * failed. An event that fails again waits longer, and is PARKED after its last attempt.
     * @returns how many events were due
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    retryGatewayEvents: async (limit = 200): Promise<number> => retryGatewayEvents(database, limit),

    /**
     * Receives all events that one gateway (`provider`), or every gateway with such a list, has listed since a time.
     * Finds events that were lost before the shop began to read the list. `since` may be at most a minute in the
     * future.
     * @returns how many events were new
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws provider_not_configured when the shop has no gateway of this provider
     * @throws unsupported_by_provider when the gateway can't list its events
     * @throws gateway_unavailable when a gateway gives no answer, or refuses to list its events
     * @throws database_unavailable when the database can't be reached; fetching again is safe
     * @throws overloaded when too many events wait, or rows stay locked; fetching again is safe
     * @throws outcome_unknown when the answer to COMMIT was lost; fetching again is safe
     */
    async fetchMissedEvents(input: z.input<typeof fetchMissedEventsInput>): Promise<number> {
      const { provider, since } = parse(fetchMissedEventsInput, input);
      const chosen =
        provider === undefined ? [...gateways.listing.values()] : [requireListingGateway(gateways, provider)];
      return fetchMissedEvents(inbox, chosen, since);
    },
  };
}
