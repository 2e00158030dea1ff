import type { z } from 'zod';
import { read } from '../database/transaction.ts';
import { followEventsInput, listEventsInput } from '../events/event-input.ts';
import { eventsNumbered } from '../events/event-tail.ts';
import { eventView, type EventView } from '../events/event-view.ts';
import { beginning, parsePosition, positionText, type Position } from '../events/position.ts';
import { readEventLag, type EventLag } from '../events/sequencer-repository.ts';
import { numberEvents } from '../flows/events/number-events.ts';
import { followFeed } from '../flows/events/follow-feed.ts';
import { endOfFeed, readFeedBackward, readOrAwaitFeed } from '../flows/events/read-feed.ts';
import type { Call, Context } from '../run/context.ts';
import { publishEventsJob } from '../sinks/sink.ts';
import { parse } from '../validation.ts';
import { deliverWebhooksJob } from '../webhooks/webhook-endpoint.ts';

/**
 * A page of the log. `nextCursor` is the position up to which the log was read: the next page's `after` or `before`.
 */
export type EventPage = { items: EventView[]; nextCursor: string };

const positionOf = (text: string | undefined): Position | undefined =>
  text === undefined ? undefined : parsePosition(text);

/** The log of events: what happened to orders, products and their parts. */
export function eventMethods({ database, tail, sinks }: Context) {
  return {
    /**
     * Reads events in the order of their positions, 1 to 500 a page (`limit`, 100 by default), behind the position
     * `after` (`0`, the beginning, by default; `now` is the end of the log). A page may have fewer events than `limit`,
     * or none, before the end of the log. Without an event it waits up to `waitMs` milliseconds, 0 to 30,000, for the
     * first one.
     *
     * With `before`, `now` or a position, it reads the other way: the events before that place, the latest first.
     * @returns a page; `nextCursor` is always the `after` of the next page, or the `before`, which is `0` at the
     * beginning
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over; the
     * details hold the last position that it has in common
     * @throws database_unavailable when the database can't be reached
     */
    async listEvents(input: z.input<typeof listEventsInput> = {}, call: Pick<Call, 'signal'> = {}): Promise<EventPage> {
      const { waitMs, after: given, before, ...request } = parse(listEventsInput, input);
      const { events, readTo } = await read(async () => {
        if (before !== undefined)
          return readFeedBackward(database, {
            ...request,
            before: before === 'now' ? before : (parsePosition(before) ?? beginning),
          });
        const after = given === 'now' ? await endOfFeed(database) : (positionOf(given) ?? beginning);
        return readOrAwaitFeed(database, tail, { ...request, after }, waitMs, call.signal);
      });
      return { items: events.map(eventView), nextCursor: positionText(readTo) };
    },

    /**
     * Follows the log from a position, or from now on, until the caller stops iterating or the signal aborts. The
     * caller takes events at its own speed.
     * @returns the events, in the order of their positions
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws position_not_found when the log has no such position, or has lost it in a restore or fail-over; the
     * details hold the last position that it has in common
     * @throws database_unavailable when the database can't be reached
     */
    async *followEvents(
      input: z.input<typeof followEventsInput> = {},
      call: Pick<Call, 'signal'> = {},
    ): AsyncGenerator<EventView, void, undefined> {
      const { after, lastEventId, ...filter } = parse(followEventsInput, input);
      for await (const event of followFeed(
        database,
        tail,
        { ...filter, after: positionOf(lastEventId ?? after) },
        call.signal,
      ))
        yield eventView(event);
    },

    /**
     * Reads how far the positions are behind the log: the number of events without a position (10,000 means that or
     * more), the age of the oldest in seconds, and the last position.
     * @throws database_unavailable when the database can't be reached
     */
    eventLag: async (): Promise<EventLag> => read(async () => readEventLag(database)),

    /**
     * Gives positions to the events that have become visible, in transactions of about `limit` events (5,000 by
     * default). The background job does this; any number of processes may.
     * @returns how many events got a position
     * @throws database_unavailable when the database can't be reached; the next run continues
     */
    async numberEvents(limit = 5_000): Promise<number> {
      const numbered = await read(async () => numberEvents(database, limit));
      if (numbered > 0)
        database.notices.publish(
          new Set([eventsNumbered, deliverWebhooksJob, ...[...sinks.keys()].map(publishEventsJob)]),
        );
      return numbered;
    },
  };
}
