import { z } from 'zod';
import { id } from '../ids.ts';
import { listOf } from '../list-input.ts';
import { aggregateTypes } from './event.ts';
import { eventPayloads, type EventType } from './payloads.ts';
import { parsePosition } from './position.ts';

// Object.keys returns string[]; these are exactly the keys of the type.
export const eventTypes = Object.keys(eventPayloads) as [EventType, ...EventType[]];

/** A position as the list of events returns it, or `0` for the beginning. */
export const position = z
  .string()
  .max(30)
  .refine((text) => parsePosition(text) !== undefined, 'must be a position like 1.42, or 0');

/** Which events a caller wants: all those of these types, of these kinds of aggregates, or of one order or product. */
export const eventFilter = {
  types: listOf(z.enum(eventTypes, 'must be a type of event, such as order.paid'), eventTypes.length).optional(),
  aggregateType: z.enum(aggregateTypes).optional(),
  aggregateId: id.optional(),
};

/**
 * Which events to follow. `after` is a position; without it, the events from now on. `lastEventId` is the position of
 * the last event that the caller has received, and comes first.
 */
export const followEventsInput = z.strictObject({
  ...eventFilter,
  after: position.optional(),
  lastEventId: position.optional(),
});

/** How long a caller may wait for the next event, in milliseconds. */
export const waitMsMax = 30_000;

/**
 * `after` is the position behind which to read: the `nextCursor` of the last page, `0`, the default, for the beginning,
 * or `now` for the end of the log. `before` reads the other way instead, the latest first: from `now`, or from the
 * `nextCursor` of the last page. `limit` is 1 to 500 and defaults to 100. `waitMs` is how long to wait for the first
 * event when there is none, 0 to 30,000 milliseconds; not with `before`.
 */
export const listEventsInput = z
  .strictObject({
    ...eventFilter,
    after: z.union([z.literal('now'), position]).optional(),
    before: z.union([z.literal('now'), position]).optional(),
    limit: z.int().min(1).max(500).default(100),
    waitMs: z.int().min(0).max(waitMsMax).default(0),
  })
  .refine(({ after, before, waitMs }) => before === undefined || (after === undefined && waitMs === 0), {
    path: ['before'],
    message: 'can not be combined with after or waitMs',
  });
