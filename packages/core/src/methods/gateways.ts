import { withTransaction, read } from '../database/transaction.ts';
import type { z } from 'zod';
import { pageOf } from '../database/page.ts';
import { type Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, isUnavailable } from '../errors.ts';
import { pollStalePayments } from '../flows/gateway-outbox/poll-stale-payments.ts';
import { callGateways } from '../flows/gateway-outbox/call-gateways.ts';
import { pollEventLists } from '../flows/gateway-outbox/poll-event-lists.ts';
import { handleGatewayEvents, type HandleGatewayEventCommand } from '../flows/gateway-inbox/handle-gateway-events.ts';
import { paymentKeyOf, readLockedPayments } from '../flows/order/read-lock-holders.ts';
import { UnitOfWork } from '../unit-of-work/unit-of-work.ts';
import {
  keepGatewayEvent,
  receiveGatewayEvents,
  type ReceivedGatewayEvent,
  type ReceiveGatewayEventCommand,
} from '../flows/gateway-inbox/receive-gateway-events.ts';
import { recordEventConflicts } from '../flows/gateway-inbox/record-event-conflicts.ts';
import {
  receiveListedEvents,
  type ListingGateway,
  type ReceiveEvent,
} from '../flows/gateway-inbox/receive-listed-events.ts';
import { GatewayRefusal, type Gateway, type WebhookMessage } from '../gateways/gateway.ts';
import { listDisputes } from '../dispute/dispute-repository.ts';
import { countOpenGatewayCalls, listGatewayCalls } from '../gateway-outbox/gateway-call-repository.ts';
import { gatewayEventIdInput, listGatewayEventsInput } from '../gateway-inbox/gateway-event-input.ts';
import {
  countWaitingGatewayEvents,
  listGatewayEvents,
  readGatewayEvent,
} from '../gateway-inbox/gateway-event-repository.ts';
import { answeredEvent, type GatewayFact, type SignedEvent } from '../gateway-inbox/gateway-event.ts';
import { fetchMissedEventsInput } from '../gateway-outbox/event-list-input.ts';
import { readKnownPayments } from '../payment/payment-repository.ts';
import type { Payment } from '../payment/payment.ts';
import { parse } from '../validation.ts';
import { batched, mutation, type Call, type Context } from '../run/context.ts';
import { listDisputesInput } from '../dispute/dispute-input.ts';
import { listGatewayCallsInput } from '../gateway-outbox/gateway-call-input.ts';

// So that to ask for it stays cheap when it is asked for most.
const backlogMax = 10_000;

/** What the other use cases need of the gateways. */
export type Gateways = {
  byProvider: ReadonlyMap<string, Gateway>;
  /** @throws provider_not_configured */
  of: (provider: string) => Gateway;
  /** Applies what a gateway answered about a payment, one fact after the other. */
  apply: (payment: Payment, facts: readonly GatewayFact[]) => Promise<void>;
  /** Has the gateway asked about a payment, soon. */
  requestPoll: (payment: Payment) => Promise<void>;
};

/** What gateways say, and what they are asked: their webhooks' inbox and the outbox of calls to them. */
export function gatewayUseCases(context: Context, configured: readonly Gateway[]) {
  const { database } = context;
  const { db } = database;
  const byProvider = new Map(configured.map((gateway) => [gateway.provider, gateway]));
  const unsigned = configured.filter(({ signs }) => !signs).map(({ provider }) => provider);
  const pollable = configured.filter(({ retrieve }) => retrieve).map(({ provider }) => provider);
  const payableAfterCancel = configured
    .filter(({ retrieve, payableAfterCancel }) => retrieve && payableAfterCancel)
    .map(({ provider }) => provider);
  const listing = new Map(configured.filter(lists).map((gateway) => [gateway.provider, gateway]));
  const receiving = batched(context, {
    name: 'gateway_event.receive',
    flow: async (tx: Transaction, commands: ReceiveGatewayEventCommand[]) =>
      (await receiveGatewayEvents(tx, commands)).map(accepted),
    dates: [],
    keysOf: paymentKeyOf,
    lockHoldersOf: async (keys) => readLockedPayments(db, keys),
  });
  const handle = mutation(context, 'gatewayEvent.handle', handleGatewayEvents, [
    'payableUntil',
    'dueAt',
    'receivedAt',
    'decidedAt',
  ]);
  const handleEvent = async (command: HandleGatewayEventCommand, call?: Call) =>
    handle(command, (input) => input, call);

  function gatewayOf(provider: string): Gateway {
    const gateway = byProvider.get(provider);
    if (gateway) return gateway;
    throw new CommerceError('provider_not_configured', 'this payment provider is not configured here');
  }

  /** What contradicts an earlier message is kept for itself; if that fails, the gateway has to send it again. */
  async function recorded(
    command: ReceiveGatewayEventCommand,
    received: ReceivedGatewayEvent,
  ): Promise<ReceivedGatewayEvent> {
    if (received.outcome === 'CONFLICT')
      await withTransaction(database, async (tx) => recordEventConflicts(tx, [command]));
    return received;
  }

  const receive = async (command: ReceiveGatewayEventCommand) =>
    recorded(command, await receiving.submit(command, command));

  /** A message whose effect fails is kept and tried again by a loop: the gateway has done its part. */
  async function receiveOrKeep(command: ReceiveGatewayEventCommand): Promise<ReceivedGatewayEvent> {
    const received = await receiving
      .submit(command, command)
      .catch(async (error: unknown): Promise<ReceivedGatewayEvent> => {
        if (isUnavailable(error)) throw error;
        const eventId = await withTransaction(database, async (tx) => keepGatewayEvent(tx, command));
        context.onFault?.(error);
        return { eventId, outcome: 'RECEIVED', effect: null, duplicate: false };
      });
    return recorded(command, received);
  }

  const take: ReceiveEvent = async (event) => !(await receiveOrKeep({ ...event, rawBody: null })).duplicate;

  function listingGatewayOf(provider: string): ListingGateway {
    const gateway = gatewayOf(provider);
    if (lists(gateway)) return gateway;
    throw new CommerceError('unsupported_by_provider', 'this payment provider cannot list its events');
  }

  /** Of what is unsigned, only what is about payments that we know: anybody may send the rest. */
  async function trusted(gateway: Gateway, events: SignedEvent[]): Promise<SignedEvent[]> {
    if (gateway.signs) return events;
    const known = await read(async () => readKnownPayments(db, gateway.provider, events));
    return events.filter(({ paymentId, gatewayPaymentId }) => known.has(paymentId ?? gatewayPaymentId ?? ''));
  }

  const gateways: Gateways = {
    byProvider,
    of: gatewayOf,
    async apply(payment, facts) {
      for (const fact of facts) {
        await receive({ ...answeredEvent(payment.provider, { ...fact, paymentId: payment.id }), rawBody: null });
      }
    },
    requestPoll: async (payment) =>
      withTransaction(database, async (tx) => {
        const work = await UnitOfWork.lock(tx, [payment.orderId]);
        work.callGateway(payment, { kind: 'POLL' });
        work.write();
      }),
  };

  return {
    gateways,
    pollable: new Set(pollable),
    batchers: [receiving.batcher],
    methods: {
      /** The names of the gateways that are configured. */
      providers: () => [...byProvider.keys()],
      /** Those of them whose webhooks anybody may have sent. */
      unsignedProviders: () => unsigned,
      /**
       * Verifies a provider's webhook and takes its events; none is left when it was unsigned and about nothing of ours.
       * @throws provider_not_configured · invalid_signature · malformed_event
       */
      async receiveWebhook(provider: string, message: WebhookMessage): Promise<ReceivedGatewayEvent[]> {
        const gateway = gatewayOf(provider);
        const events = await trusted(gateway, gateway.receive(message, new Date()));
        return Promise.all(
          events.map(async (event) =>
            receiveOrKeep({ ...event, provider, source: 'WEBHOOK', rawBody: message.rawBody }),
          ),
        );
      },
      listGatewayEvents: async (input: z.input<typeof listGatewayEventsInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listGatewayEventsInput, input);
        return read(async () => pageOf(await listGatewayEvents(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
      /** A message with its body as it came: text, or base64 where it isn't UTF-8. @throws gateway_event_not_found */
      getGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>) => {
        const { gatewayEventId } = parse(gatewayEventIdInput, input);
        const row = await read(async () => readGatewayEvent(db, gatewayEventId));
        if (!row) throw new CommerceError('gateway_event_not_found', 'no such event of a gateway');
        const { rawBody, ...event } = row;
        return { ...event, rawBody: rawBody && textOf(rawBody) };
      },
      redriveGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>, call?: Call) =>
        handleEvent({ to: 'REDRIVE', ...parse(gatewayEventIdInput, input) }, call),
      dismissGatewayEvent: async (input: z.input<typeof gatewayEventIdInput>, call?: Call) =>
        handleEvent({ to: 'DISMISS', ...parse(gatewayEventIdInput, input) }, call),
      listGatewayCalls: async (input: z.input<typeof listGatewayCallsInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listGatewayCallsInput, input);
        return read(async () => pageOf(await listGatewayCalls(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
      listDisputes: async (input: z.input<typeof listDisputesInput> = {}) => {
        const { cursor, limit, ...filter } = parse(listDisputesInput, input);
        return read(async () => pageOf(await listDisputes(db, filter, cursor, limit + 1), limit, ({ id }) => id));
      },
      /**
       * What waits: calls that are still to be made, those of them that got no answer, messages that wait for another try,
       * and those that wait for an operator. Each is counted up to 10,000, which means that or more.
       */
      gatewayBacklog: async () =>
        read(async () => {
          const [calls, events] = await Promise.all([
            countOpenGatewayCalls(db, backlogMax),
            countWaitingGatewayEvents(db, backlogMax),
          ]);
          return {
            callsOpen: calls.open,
            callsUnanswered: calls.unanswered,
            eventsWaiting: events.waiting,
            eventsParked: events.parked,
          };
        }),
      /** Makes calls to a gateway that are due, up to `limit`. Answers how many were taken. */
      callGateways: async (limit = 32, provider?: string) =>
        callGateways(
          database,
          provider === undefined ? byProvider : new Map([[provider, gatewayOf(provider)]]),
          limit,
          context.onGatewayCall,
        ),
      /** Has the gateways asked about what they should have told of for `pollAfterMs`, up to `limit` orders. */
      pollStalePayments: async (limit = 200, pollAfterMs = context.pollAfterMs) =>
        withTransaction(database, async (tx) =>
          pollStalePayments(tx, { pollable, payableAfterCancel }, pollAfterMs, limit),
        ),
      /**
       * Takes what gateways list that was never heard of, from where they were listed last; those that are due, each `everyMs`.
       * Answers how many events were new.
       */
      pollEventLists: async (everyMs = 2 * context.pollAfterMs) => pollEventLists(database, listing, everyMs, take),
      /**
       * Takes what one gateway, or all that can, list since then, and answers how many events were new. For what got lost
       * before the shop began to keep up with the list.
       * @throws provider_not_configured · unsupported_by_provider (it can't list its events) · gateway_unavailable (it gives no
       * answer, or refuses to list them)
       */
      async fetchMissedEvents(input: z.input<typeof fetchMissedEventsInput>): Promise<number> {
        const { provider, since } = parse(fetchMissedEventsInput, input);
        const chosen = provider === undefined ? [...listing.values()] : [listingGatewayOf(provider)];
        // A gateway that gives no answer mustn't hide what the others list.
        const fetched = await Promise.allSettled(
          chosen.map(async (gateway) =>
            receiveListedEvents(gateway.provider, await gateway.listEvents(since).catch(unlisted), take),
          ),
        );
        const failed = fetched.find((each) => each.status === 'rejected');
        if (failed) throw failed.reason;
        return fetched.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
      },
    },
  };
}

const lists = (gateway: Gateway): gateway is ListingGateway => gateway.listEvents !== undefined;

function unlisted(cause: unknown): never {
  const why = cause instanceof GatewayRefusal ? `refuses to list its events (${cause.code})` : 'gives no answer';
  const error = new CommerceError(
    'gateway_unavailable',
    `the payment gateway ${why}; what was missed can be fetched later`,
  );
  error.cause = cause;
  throw error;
}

function textOf(rawBody: Buffer): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(rawBody) };
  } catch {
    return { base64: rawBody.toString('base64') };
  }
}
