import { useQuery } from '@tanstack/react-query';
import type { RouterInputs } from '@commerce-core/client';
import { useEffect, useRef, useState } from 'react';
import { client, noteError } from '../../api.ts';
import type { Event } from './event-types.ts';

type ListInput = Exclude<RouterInputs['event']['list'], void | undefined>;
export type FeedFilter = Pick<ListInput, 'types' | 'aggregateType' | 'aggregateId'>;

const pageMax = 50;
/** So many rows stay quick to draw. */
const shownMax = 500;
/** New events are counted at most this often, however many come. */
const gatherMs = 500;

/** The events that are shown, the latest first, and the position before which older ones begin; `0` without any. */
type Shown = { events: readonly Event[]; olderThan: string };

/** The latest page, and the position from which the log is followed. */
type Head = Shown & { end: string };

/** Reads the latest page, and from which position on the log is followed. */
async function readHead(filter: FeedFilter): Promise<Head> {
  // The end first: an event that comes between the two calls is then in both, and is shown once.
  const { nextCursor: end } = await client.event.list.query({ after: 'now', limit: 1 });
  const page = await client.event.list.query({ ...filter, before: 'now', limit: pageMax });
  return { events: page.items, olderThan: page.nextCursor, end };
}

type Follower = {
  onEvent: (event: Event) => void;
  /** Called some time after events have come, with how many. */
  onCount: (added: number) => void;
  onError: (error: unknown) => void;
};

/** Follows the log from the end of a page on. Returns what ends that. */
function followLog(filter: FeedFilter, head: Head, { onEvent, onCount, onError }: Follower): () => void {
  const known = new Set(head.events.map(({ id }) => id));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let count = 0;
  const stream = client.event.stream.subscribe(
    { ...filter, after: head.end },
    {
      onData({ data: event }) {
        if (known.has(event.id)) return;
        onEvent(event);
        count += 1;
        timer ??= setTimeout(() => {
          timer = undefined;
          const added = count;
          count = 0;
          onCount(added);
        }, gatherMs);
      },
      onError,
    },
  );
  return () => {
    clearTimeout(timer);
    stream.unsubscribe();
  };
}

/**
 * The log of events, the latest first. The rows stay where they are: new events are counted, and wait until
 * `showFresh`. The filter must be the same one as long as the component is there.
 */
export function useFeed(filter: FeedFilter) {
  const head = useQuery({
    queryKey: ['event-feed', filter],
    queryFn: async () => readHead(filter),
    staleTime: Infinity,
    gcTime: 0,
  });
  const [shown, setShown] = useState<Shown>();
  const [freshCount, setFreshCount] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const fresh = useRef<Event[]>([]);
  const { data } = head;
  if (shown === undefined && data) setShown(data);

  useEffect(() => {
    if (data === undefined) return undefined;
    fresh.current = [];
    return followLog(filter, data, {
      onEvent(event) {
        fresh.current.push(event);
        // Thousands of rows are too many to read: the newest are kept, and the others are older ones to be read.
        if (fresh.current.length > 2 * shownMax) fresh.current = fresh.current.slice(-shownMax);
      },
      onCount: (added) => setFreshCount((before) => before + added),
      onError(error) {
        noteError(error);
        setFailure(error);
      },
    });
    // The filter is the same one as long as the component is there.
  }, [data]);

  const showFresh = () => {
    const newest = fresh.current.slice(-shownMax).toReversed();
    const isGap = freshCount > newest.length;
    fresh.current = [];
    setFreshCount(0);
    setShown((before) => cut([...newest, ...(isGap ? [] : (before?.events ?? []))], before?.olderThan ?? '0', isGap));
  };
  const showOlder = async () => {
    if (shown === undefined) return;
    const page = await client.event.list.query({ ...filter, before: shown.olderThan, limit: pageMax });
    setShown({ events: [...shown.events, ...page.items], olderThan: page.nextCursor });
  };
  return {
    error: head.error ?? failure,
    retry: () => void head.refetch(),
    isLoaded: shown !== undefined,
    events: shown?.events ?? [],
    freshCount,
    showFresh,
    showOlder: shown !== undefined && shown.olderThan !== '0' ? showOlder : undefined,
  };
}

/** The newest rows, and where older ones begin when some were left out. */
function cut(events: readonly Event[], olderThan: string, isGap: boolean): Shown {
  const kept = events.slice(0, shownMax);
  const isCut = isGap || kept.length < events.length;
  return { events: kept, olderThan: isCut ? (kept.at(-1)?.position ?? '0') : olderThan };
}
