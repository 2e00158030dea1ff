import type { z } from 'zod';
import type { Page } from '../database/page.ts';
import { read } from '../database/transaction.ts';
import { requireTracking } from '../flows/tracking/configured-tracking.ts';
import { handleTrackingMessages } from '../flows/tracking/handle-tracking-messages.ts';
import { readTrackingMessageWithBody, type TrackingMessageWithBody } from '../flows/tracking/read-tracking-message.ts';
import { readTrackingBacklog, type TrackingBacklog } from '../flows/tracking/read-tracking-backlog.ts';
import { receiveTrackingMessage, type ReceivedTrackingMessage } from '../flows/tracking/receive-tracking-message.ts';
import { retryTrackingMessages } from '../flows/tracking/retry-tracking-messages.ts';
import { trackParcels } from '../flows/tracking/track-parcels.ts';
import type { WebhookMessage } from '../gateways/gateway.ts';
import type { Call, Context } from '../run/context.ts';
import { listPage } from '../run/list-page.ts';
import { runAlone } from '../run/run-flow.ts';
import { trackingMessages } from '../shipping/tables.ts';
import type { TrackingMessageRow } from '../shipping/tracking-message.ts';
import { listTrackingMessagesInput, trackingMessageIdInput } from '../shipping/tracking-message-input.ts';
import { listTrackingMessages } from '../shipping/tracking-message-repository.ts';
import { parse } from '../validation.ts';

/** What carriers report about parcels: their messages, and the jobs that ask them. */
export function trackingMethods(context: Context) {
  const { database, tracking, onFault, onTrackingCall, onTrackingMessage, tracing } = context;
  const { db } = database;
  const handle = runAlone(context, {
    name: 'trackingMessage.handle',
    flow: handleTrackingMessages,
    answer: trackingMessages,
  });

  return {
    /**
     * Verifies a carrier's message and applies it. A message and each checkpoint in it count once, however often they
     * are delivered. When applying fails, the message is kept and tried again by a job, and the error goes to
     * `onFault`.
     * @returns the outcome; POLLING when the message only says that parcels have changed, which are asked about soon
     * @throws provider_not_configured when the shop has no tracking provider of this name
     * @throws invalid_signature when the provider didn't send the message
     * @throws malformed_event when the body isn't one of the provider's messages
     * @throws database_unavailable when the database can't be reached; the provider has to send the message again
     * @throws overloaded when rows stay locked; the provider has to send the message again
     * @throws outcome_unknown when the answer to COMMIT was lost; the provider has to send the message again
     */
    receiveTrackingMessage: async (provider: string, message: WebhookMessage): Promise<ReceivedTrackingMessage> => {
      const received = await receiveTrackingMessage(database, requireTracking(tracking, provider), message, onFault);
      onTrackingMessage?.({ provider, outcome: received.outcome, duplicate: received.duplicate });
      return received;
    },

    /**
     * Lists carriers' messages without their raw bodies, the newest first, 1 to 100 a page (`limit`, 50 by default).
     * `provider` and `outcome` select messages.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    listTrackingMessages: async (
      input: z.input<typeof listTrackingMessagesInput> = {},
    ): Promise<Page<TrackingMessageRow>> => listPage(db, listTrackingMessagesInput, input, listTrackingMessages),

    /**
     * Reads a carrier's message with its raw body as it arrived: `{ text }`, or `{ base64 }` when it isn't UTF-8, or
     * null after `keepMs.trackingMessageBodies`.
     * @throws validation_failed when the id isn't a UUID
     * @throws tracking_message_not_found when there is no such message
     * @throws database_unavailable when the database can't be reached
     */
    getTrackingMessage: async (input: z.input<typeof trackingMessageIdInput>): Promise<TrackingMessageWithBody> =>
      read(async () => readTrackingMessageWithBody(db, parse(trackingMessageIdInput, input))),

    /**
     * Has a message that isn't applied tried again, with all of its attempts.
     * @returns the message in RECEIVED, due now
     * @throws validation_failed when the id isn't a UUID
     * @throws tracking_message_not_found when there is no such message
     * @throws invalid_transition when the message was applied or ignored, or is a CONFLICT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    redriveTrackingMessage: async (
      input: z.input<typeof trackingMessageIdInput>,
      call?: Call,
    ): Promise<TrackingMessageRow> => handle({ to: 'REDRIVE', ...parse(trackingMessageIdInput, input) }, call),

    /**
     * Ends a message that isn't applied without applying it.
     * @returns the message in DISMISSED
     * @throws validation_failed when the id isn't a UUID
     * @throws tracking_message_not_found when there is no such message
     * @throws invalid_transition when the message was applied, ignored or dismissed, or is a CONFLICT
     * @throws idempotency_key_reused when the key was used with another input
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    dismissTrackingMessage: async (
      input: z.input<typeof trackingMessageIdInput>,
      call?: Call,
    ): Promise<TrackingMessageRow> => handle({ to: 'DISMISS', ...parse(trackingMessageIdInput, input) }, call),

    /**
     * Tries up to `limit` messages again (200 by default) that are due: no parcel had their number, or applying them
     * failed. A message that fails again waits longer, and is PARKED after its last attempt.
     * @returns how many messages were due
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    retryTrackingMessages: async (limit = 200): Promise<number> =>
      retryTrackingMessages(database, tracking, limit, onFault),

    /**
     * Registers, renews and polls up to `limit` due parcels (32 by default) of a tracking provider, and finds those
     * whose carrier has been silent. A parcel without an answer is asked about again, each time later, and the error
     * goes to `onFault`, each once in a turn.
     * @returns how many parcels were due; 0 for a provider that isn't configured
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     * @throws Error when an answer can't be applied because of an error on our side; the parcel is asked about again,
     * each time later
     */
    trackParcels: async (provider: string, limit = 32): Promise<number> =>
      trackParcels(database, tracking, provider, limit, { observe: onTrackingCall, onFault, tracing }),

    /**
     * Counts carriers' messages that wait for another attempt, PARKED ones, and parcels that are due to be registered
     * or polled, which are none in a shop without tracking providers. Each number ends at 10,000, which means 10,000 or
     * more.
     * @throws database_unavailable when the database can't be reached
     */
    trackingBacklog: async (): Promise<TrackingBacklog> => read(async () => readTrackingBacklog(db, tracking)),

    /**
     * The names of the tracking providers of this shop.
     * @throws nothing
     */
    trackingProviders: (): string[] => [...tracking.byName.keys()],

    /**
     * The names of tracking providers whose messages don't prove who sent them.
     * @throws nothing
     */
    unsignedTrackingProviders: (): string[] =>
      [...tracking.byName.values()].flatMap(({ name, unsigned }) => (unsigned ? [name] : [])),
  };
}
