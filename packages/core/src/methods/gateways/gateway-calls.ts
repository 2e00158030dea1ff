import type { z } from 'zod';
import { read, withTransaction } from '../../database/transaction.ts';
import type { Page } from '../../database/page.ts';
import { callGateways } from '../../flows/gateway-outbox/call-gateways.ts';
import { requireGateway } from '../../flows/gateway-outbox/configured-gateways.ts';
import { pollEventLists } from '../../flows/gateway-outbox/poll-event-lists.ts';
import { warnAboutCaptures } from '../../flows/payment/warn-about-captures.ts';
import { pollStalePayments } from '../../flows/gateway-outbox/poll-stale-payments.ts';
import { readGatewayBacklog, type GatewayBacklog } from '../../flows/gateway-outbox/read-gateway-backlog.ts';
import type { Inbox } from '../../flows/gateway-inbox/submit-gateway-event.ts';
import { listGatewayCallsInput } from '../../gateway-outbox/gateway-call-input.ts';
import { listGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import type { GatewayCall } from '../../gateway-outbox/gateway-call.ts';
import type { Context } from '../../run/context.ts';
import { listPageOfOrders, type Numbered } from '../../run/list-page.ts';

/** Calls to payment gateways outside of any shopper's call, and the reading of their lists of events. */
export function gatewayCallMethods(context: Context, inbox: Inbox) {
  const { database, gateways, onGatewayCall, tracing } = context;
  const { db } = database;

  return {
    /**
     * The names of the configured providers.
     * @throws nothing
     */
    providers: (): string[] => [...gateways.byProvider.keys()],

    /**
     * The names of the configured providers whose webhooks don't prove who sent them.
     * @throws nothing
     */
    unsignedProviders: (): readonly string[] => gateways.unsigned,

    /**
     * Lists gateway calls, the newest first, 1 to 100 a page (`limit`, 50 by default). `orderId` and `status` select
     * calls.
     * @returns a page, each item with its order's number; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listGatewayCalls: async (input: z.input<typeof listGatewayCallsInput> = {}): Promise<Page<Numbered<GatewayCall>>> =>
      listPageOfOrders(db, listGatewayCallsInput, input, listGatewayCalls),

    /**
     * Counts open calls, open calls that got no answer, events that wait for another attempt, and PARKED events. Each
     * number ends at 10,000, which means 10,000 or more.
     * @throws database_unavailable when the database can't be reached
     */
    gatewayBacklog: async (): Promise<GatewayBacklog> => read(async () => readGatewayBacklog(db)),

    /**
     * Makes up to `limit` due calls (32 by default) to all gateways, or to one `provider`. Each call is leased for a
     * minute; a call without an answer is made again later, with the same ids.
     * @returns how many calls were due
     * @throws provider_not_configured when the shop has no gateway of this provider
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     * @throws Error when an answer can't be applied; the other calls were made, and this one is made again
     */
    callGateways: async (limit = 32, provider?: string): Promise<number> => {
      const called =
        provider === undefined ? gateways.byProvider : new Map([[provider, requireGateway(gateways, provider)]]);
      return callGateways(database, called, limit, onGatewayCall, tracing);
    },

    /**
     * Requests polls for up to `limit` orders (200 by default), whose gateways have sent nothing for `pollAfterMs`
     * about a live payment, a refund, or a canceled payment that can still be paid.
     * @returns how many orders were due
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    pollStalePayments: async (limit = 200, pollAfterMs = context.pollAfterMs): Promise<number> =>
      withTransaction(database, async (tx) => pollStalePayments(tx, gateways, pollAfterMs, limit)),

    /**
     * Raises attention for up to `limit` authorized payments (200 by default): `capture_overdue` a day after goods left
     * and nothing was captured, `authorization_lapsing` a day before the gateway releases the money.
     * @returns how many payments were due
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    warnAboutCaptures: async (limit = 200): Promise<number> =>
      withTransaction(database, async (tx) => warnAboutCaptures(tx, limit)),

    /**
     * Reads the event lists of gateways that are due (each every `everyMs`, by default twice `pollAfterMs`), from where
     * the last reading began, and receives their events.
     * @returns how many events were new
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when too many events wait, or rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     * @throws Error when a gateway can't list its events, or an event can't be kept; the other lists were read
     */
    pollEventLists: async (everyMs = 2 * context.pollAfterMs): Promise<number> =>
      pollEventLists(inbox, gateways.listing, everyMs),
  };
}
