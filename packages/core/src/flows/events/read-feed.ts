import type { Database } from '@commerce-core/pg-pipeline';
import { CommerceError } from '../../errors.ts';
import {
  readEventsByPosition,
  readLogEnd,
  type EventFilter,
  type PositionedEvent,
} from '../../events/feed-repository.ts';
import type { EventTail } from '../../events/event-tail.ts';
import { beginning, positionText, type Position } from '../../events/position.ts';

/** Events behind a position, and the position up to which the log was read for them. */
export type FeedPage = { events: PositionedEvent[]; readTo: Position };

export type FeedRequest = EventFilter & { after: Position; limit: number };

// A page reads this many events at most, of which a filter may leave none.
const readMax = 5_000;
// Backward, a person waits for a page that has something, and one statement looks for it.
const readBackMax = 50_000;

/**
 * Reads the next events behind a position that the filter leaves.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
export async function readFeed(database: Database, { after, limit, ...filter }: FeedRequest): Promise<FeedPage> {
  const { last, epoch } = await readEndFor(database, after);
  const upTo = filter.aggregateId === undefined ? Math.min(last, after.number + readMax) : last;
  const events = await readEventsByPosition(database, after.number, upTo, limit, filter);
  const lastRead = events.length === limit ? (events.at(-1)?.position ?? upTo) : upTo;
  return { events, readTo: { epoch, number: lastRead } };
}

/**
 * Reads the events before a position, or before the end of the log (`now`), that the filter leaves, the last one first.
 * `readTo` is the position before which the next page begins; it is the beginning when there is none.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
export async function readFeedBackward(
  database: Database,
  { before, limit, ...filter }: EventFilter & { before: Position | 'now'; limit: number },
): Promise<FeedPage> {
  const { last, epoch } = await readEndFor(database, before === 'now' ? beginning : before);
  const upTo = before === 'now' ? last : before.number - 1;
  const above = filter.aggregateId === undefined ? Math.max(0, upTo - readBackMax) : 0;
  const events = await readEventsByPosition(database, above, upTo, limit, filter, { isBackward: true });
  const firstRead = events.length === limit ? (events.at(-1)?.position ?? 1) : above + 1;
  return { events, readTo: firstRead <= 1 ? beginning : { epoch, number: firstRead } };
}

/**
 * Reads the end of the log for a reader at a position.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
async function readEndFor(database: Database, at: Position): Promise<{ last: number; epoch: number }> {
  const { last, epoch, nextFirst } = await readLogEnd(database, at.epoch);
  const common = nextFirst === null ? last : Math.min(last, nextFirst - 1);
  if (at.epoch <= epoch && (at.number <= common || at.epoch === 0)) return { last, epoch };
  const lastCommonPosition = positionText({ epoch, number: at.epoch > epoch ? last : common });
  throw new CommerceError(
    'position_not_found',
    `the log of events has no position ${positionText(at)}; its last common position is ${lastCommonPosition}`,
    { lastCommonPosition },
  );
}

/** Returns the position of the last event. */
export async function endOfFeed(database: Database): Promise<Position> {
  const { epoch, last } = await readLogEnd(database, 0);
  return last === 0 ? beginning : { epoch, number: last };
}

/**
 * Reads the next events, and waits up to `waitMs` for the first one while there is none.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
export async function readOrAwaitFeed(
  database: Database,
  tail: EventTail,
  request: FeedRequest,
  waitMs: number,
  signal?: AbortSignal,
): Promise<FeedPage> {
  let page = await readToEnd(database, request);
  if (page.events.length > 0 || waitMs === 0) return page;
  const endsAt = performance.now() + waitMs;
  const unfollow = await tail.follow();
  try {
    for (;;) {
      page = await readToEnd(database, { ...request, after: page.readTo });
      const leftMs = endsAt - performance.now();
      if (page.events.length > 0 || leftMs <= 0 || signal?.aborted) return page;
      await tail.beyond(page.readTo.number, leftMs, signal);
    }
  } finally {
    unfollow();
  }
}

/** Reads on while a page has no event because of its filter, up to the end of the log. */
async function readToEnd(database: Database, request: FeedRequest): Promise<FeedPage> {
  let { after } = request;
  for (;;) {
    const page = await readFeed(database, { ...request, after });
    if (page.events.length > 0 || page.readTo.number - after.number < readMax) return page;
    after = page.readTo;
  }
}
