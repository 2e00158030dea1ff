import { useInfiniteQuery } from '@tanstack/react-query';

type Page<T> = { items: T[]; nextCursor: string | null };

/** A list that is read page by page. `key` names it among the page's queries. */
export function usePages<T>(
  key: readonly unknown[],
  read: (cursor: { cursor?: string }) => Promise<Page<T>>,
  { enabled = true, pollMs }: { enabled?: boolean; pollMs?: number } = {},
) {
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: async ({ pageParam }) => read(pageParam === '' ? {} : { cursor: pageParam }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    enabled,
    refetchInterval: pollMs ?? false,
  });
  return {
    items: pages.data?.pages.flatMap(({ items }) => items) ?? [],
    isLoaded: pages.isSuccess,
    error: pages.error,
    isReading: pages.isFetching,
    readAgain: () => void pages.refetch(),
    /** Reads the next page; undefined on the last one. */
    showMore: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
  };
}
