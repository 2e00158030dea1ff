import type { Database } from '@commerce-core/pg-pipeline';
import { read } from '../../database/transaction.ts';
import type { EventFilter, PositionedEvent } from '../../events/feed-repository.ts';
import type { EventTail } from '../../events/event-tail.ts';
import type { Position } from '../../events/position.ts';
import { endOfFeed, readFeed } from './read-feed.ts';

// How many events are taken from the memory or the database at once.
const readMax = 200;

/**
 * Yields the events behind a position that the filter leaves, and waits for further ones until the signal aborts.
 * Without a position it begins at the end of the log.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 * @throws database_unavailable when the database can't be reached
 */
export async function* followFeed(
  database: Database,
  tail: EventTail,
  { after, ...filter }: EventFilter & { after?: Position | undefined },
  signal?: AbortSignal,
): AsyncGenerator<PositionedEvent, void, undefined> {
  const unfollow = await read(async () => tail.follow());
  try {
    let at = after ?? (await read(async () => endOfFeed(database)));
    // The first page checks that the log has the position.
    let kept: PositionedEvent[] | undefined;
    while (!signal?.aborted) {
      const start = at.number;
      if (kept) {
        yield* kept.filter((event) => passes(event, filter));
        const last = kept.at(-1);
        if (last) at = { epoch: last.epoch, number: last.position };
      } else {
        const from = at;
        const page = await read(async () => readFeed(database, { ...filter, after: from, limit: readMax }));
        yield* page.events;
        at = page.readTo;
      }
      if (at.number === start) await tail.beyond(at.number, Infinity, signal);
      kept = tail.kept(at.number, readMax);
    }
  } finally {
    unfollow();
  }
}

function passes({ type, aggregatetype, aggregateid }: PositionedEvent, filter: EventFilter): boolean {
  const { types, aggregateType, aggregateId } = filter;
  return (
    (types === undefined || types.includes(type)) &&
    (aggregateType === undefined || aggregateType === aggregatetype) &&
    (aggregateId === undefined || aggregateId === aggregateid)
  );
}
