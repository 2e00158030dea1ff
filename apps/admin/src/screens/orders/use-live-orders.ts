import { useQuery } from '@tanstack/react-query';
import type { RouterOutputs } from '@commerce-core/client';
import { useEffect, useState } from 'react';
import { client, noteError, trpc } from '../../api.ts';
import { useMe } from '../../components/use-me.ts';
import { listInputOf, type OrderFilter } from './order-filter.ts';

export type ListedOrder = RouterOutputs['order']['list']['items'][number];
type OrderPage = RouterOutputs['order']['list'];

const pageMax = 50;
const pollMs = 10_000;
/** The list is read again at most once in this time. */
const gatherMs = 400;

/**
 * The orders of a filter, which stay where they are: a change shows in its row, and new orders wait until `showFresh`.
 * The list follows the log of events where the operator may read it; otherwise it is read every ten seconds.
 */
export function useLiveOrders(filter: OrderFilter) {
  const { may } = useMe();
  const isLive = may('events');
  const input = { ...listInputOf(filter), limit: pageMax };
  const head = useQuery(trpc.order.list.queryOptions(input, { refetchInterval: isLive ? false : pollMs }));
  const { refetch } = head;
  const [older, setOlder] = useState<OrderPage[]>([]);
  const [shown, setShown] = useState<readonly ListedOrder[]>();
  useEffect(() => (isLive ? followOrders(() => void refetch()) : undefined), [isLive, refetch]);

  // The first page that arrives is what the list shows from then on.
  if (shown === undefined && head.data) setShown(head.data.items);
  const latest = new Map(
    [...older.flatMap(({ items }) => items), ...(head.data?.items ?? [])].map((one) => [one.id, one]),
  );
  const known = new Set(shown?.map(({ id }) => id));
  const fresh = head.data?.items.filter(({ id }) => !known.has(id)) ?? [];
  const cursor = older.length > 0 ? older.at(-1)?.nextCursor : head.data?.nextCursor;

  const showOlder = async () => {
    if (!cursor) return;
    const page = await client.order.list.query({ ...input, cursor });
    setOlder([...older, page]);
    setShown([...(shown ?? []), ...page.items.filter(({ id }) => !known.has(id))]);
  };
  return {
    isLive,
    error: head.error,
    refetch,
    orders: (shown ?? []).map((order) => latest.get(order.id) ?? order),
    isLoaded: shown !== undefined,
    freshCount: fresh.length,
    showFresh: () => setShown([...fresh, ...(shown ?? [])]),
    showOlder: cursor ? showOlder : undefined,
  };
}

/** Calls `onChange` when something happened to orders, until the returned function is called. */
function followOrders(onChange: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gather = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, gatherMs);
  };
  // What happened between the first reading of the list and the beginning of the stream is in no event of it.
  const stream = client.event.stream.subscribe(
    { aggregateType: 'order' },
    { onStarted: gather, onData: gather, onError: noteError },
  );
  return () => {
    clearTimeout(timer);
    stream.unsubscribe();
  };
}
