export type Page<T> = { items: T[]; nextCursor: string | null };

/** A part of a list: at most `limit` items, after `cursor`. */
export type PageRange = { limit: number; cursor?: string };

export type PageReader<T> = (range: PageRange) => Promise<Page<T>>;

/** How much of a list is wanted: `limit` items, or all of them, after `cursor`. */
export type WantedPages = { limit: number; all?: true; cursor?: string };

// The most that the API returns in one page.
const pageMax = 100;

/** Reads as many pages as it takes for `limit` items, or for all of them. */
export async function readPages<T>(readPage: PageReader<T>, { limit, all, cursor }: WantedPages): Promise<Page<T>> {
  const items: T[] = [];
  let next = cursor ?? null;
  do {
    const wanted = all ? pageMax : Math.min(pageMax, limit - items.length);
    const page = await readPage({ limit: wanted, ...(next !== null && { cursor: next }) });
    items.push(...page.items);
    next = page.nextCursor;
  } while (next !== null && (all || items.length < limit));
  return { items, nextCursor: next };
}
